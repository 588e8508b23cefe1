// SPDX-License-Identifier: MIT
// Simulates the surroundings of workers in virtual time, from one seed: a kernel, a network,
// servers that are personas of the simulated fleet, and faults of each.
//
//   Shape     WorkerOn<FakeKernel> (scan/fake_kernel.h) runs unchanged; the world acts while the
//             worker waits. One world at a time: FakeKernel finds it in World::current.
//   Workers   Several workers run in threads of their own, one at a time: while one waits, another
//             whose wait has ended goes on. So a seed determines the order of their turns, too.
//   Kernel    like the real one: completions of armed operations become visible only in a wait that
//             was not interrupted; a receive that finds octets completes at its submission; a
//             cancelled operation may still complete; the lowest free descriptor is reused first.
//   Errors    violation() is the first rule that the worker has broken.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <queue>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/address.h"
#include "mxsweep/core/random.h"
#include "mxsweep/core/slot_table.h"
#include "mxsweep/core/time.h"
#include "mxsweep/ring/ring.h"
#include "mxsweep/sink/persona.h"
#include "mxsweep/sink/session.h"
#include "scan/fake_ring.h"
#include "scan/faults.h"

namespace mxsweep::scan {

class World {
 public:
  static inline World* current = nullptr;

  World(std::uint64_t seed, const Faults& faults, const std::vector<sink::Persona>& personas);
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World() { current = nullptr; }

  [[nodiscard]] Random& random() { return random_; }
  [[nodiscard]] const std::string& violation() const { return violation_; }
  void violate(const std::string& what) {
    if (violation_.empty()) violation_ = what;
  }
  // Adds an event at `at` that is not of the network: of the feeder, a signal.
  void schedule(Instant at, std::function<void()> act) {
    add(at, [this, act = std::move(act)] {
      act();
      read_bells();
    });
  }
  // The ring that is opened next is that of worker `number`, counted from 0.
  void choose_worker(std::size_t number);
  // Runs a body for each worker, of those whose rings are open; returns when all have ended.
  void run(const std::vector<std::function<void()>>& bodies);
  [[nodiscard]] Instant time() const { return now_; }
  [[nodiscard]] const sink::Persona& persona_at(const Address& address) const;
  [[nodiscard]] bool refuses(const Address& address) const {
    return fate(address, faults_.refused);
  }
  [[nodiscard]] bool never_answers(const Address& address) const {
    return !refuses(address) && fate(mixed(address), faults_.unanswered);
  }
  [[nodiscard]] bool was_reset(const Address& address) const { return resets_.contains(address); }
  [[nodiscard]] std::uint32_t stops() const { return stops_; }
  [[nodiscard]] std::uint32_t open_most() const { return open_most_; }
  [[nodiscard]] std::uint32_t shortages() const { return shortages_; }
  [[nodiscard]] const std::vector<Instant>& begun() const { return begun_; }
  [[nodiscard]] std::uint32_t open_now() const {
    return static_cast<std::uint32_t>(sockets_.size());
  }
  // Whether packets pass, and whether this machine has a route for them.
  void set_network(bool works, bool has_route);
  [[nodiscard]] bool network_works() const { return network_works_ && has_route_; }
  [[nodiscard]] bool has_route() const { return has_route_; }
  std::function<void()> on_wait = [] {};  // The work of the other threads, done in each wait.
  // A connection to that address begins, or is closed.
  std::function<void(const Address&, bool begins)> on_connection = [](const Address&, bool) {};
  std::uint32_t step_us = 0;  // The time that each read of the clock adds: a step's.

  // For FakeKernel.
  Instant read_clock();
  int open_tcp();
  void close_socket(int descriptor);
  void half_close(int descriptor);
  void touch(int descriptor) { (void)find(descriptor, "touched"); }
  void open_ring(int wake_descriptor);
  void close_ring();
  void submit(ring::Operation operation, int descriptor, Handle handle, std::string_view octets,
              const Address& to);
  void cancel(ring::Operation operation, Handle handle);
  void submit_and_wait(std::uint32_t least, Duration longest);
  std::span<const ring::Completion> completions() { return ring_->take_completions(); }
  [[nodiscard]] bool more() const { return ring_->to_take() > 0; }
  [[nodiscard]] int failure() const { return failure_; }
  [[nodiscard]] std::string_view octets(const ring::Completion& completion) const {
    return ring_->buffers.octets(completion.flags);
  }
  void give_back(const ring::Completion& completion);

 private:
  enum class End : std::uint8_t { no, close, reset };
  struct Armed {
    ring::Operation operation;
    Handle handle;
  };
  struct Socket {
    FakeRing* ring = nullptr;
    std::uint64_t number = 0;  // Unique, as descriptors are reused.
    Address to;
    std::unique_ptr<sink::Session> session;
    std::string readable;
    End end = End::no;  // After `readable`.
    Instant arrived{};  // When the latest event of the network arrives.
    std::uint64_t wakes = 0;
    std::unique_ptr<Armed> armed;
    std::uint32_t sends = 0;  // In flight, with a completion to come.
    bool server_ended = false;
    bool window_full = false;  // The server waits until we have read.
  };
  struct Event {
    Instant at;
    std::uint64_t number;
    std::shared_ptr<std::function<void()>> act;
    bool operator<(const Event& other) const {
      return at != other.at ? at > other.at : number > other.number;
    }
  };

  [[nodiscard]] static std::uint64_t mixed(const Address& address) { return mix(hash(address)); }
  [[nodiscard]] bool fate(const Address& address, std::uint32_t parts) const {
    return fate(hash(address), parts);
  }
  [[nodiscard]] bool fate(std::uint64_t hashed, std::uint32_t parts) const {
    return mix(hashed ^ seed_) % 1000 < parts;
  }
  bool chance(std::uint32_t parts) { return parts != 0 && random_.below(1000) < parts; }
  Duration latency() { return std::chrono::microseconds{100 + random_.below(30'000)}; }
  void add(Instant at, std::function<void()> act);
  // `by_network`: what arrives while the network does not work is sent again, as TCP does.
  void add(Instant at, bool by_network, std::function<void()> act);
  Socket* find(int descriptor, const char* what);
  Socket* same(int descriptor, std::uint64_t number);
  void execute(FakeRing::Queued& queued);
  void connect(int descriptor, Socket& socket);
  void finish(int descriptor, ring::Operation operation, Handle handle, int result);
  void try_receive(Socket& socket, bool at_once);
  void go_on_sending(Socket& socket);
  void react(int descriptor, Socket& socket, const sink::Reaction& reaction);
  void end_server(int descriptor, Socket& socket, End end);
  void arrive(int descriptor, Socket& socket, std::function<void(Socket&)> act);
  void read_bells();
  [[nodiscard]] bool has_ended_wait(const FakeRing& ring) const;
  [[nodiscard]] FakeRing* other_to_run();
  void let_run(FakeRing& ring);
  void run_until(Instant until, std::uint32_t least);

  std::uint64_t seed_;
  Random random_;
  Faults faults_;
  const std::vector<sink::Persona>& personas_;
  std::uint32_t weights_ = 0;
  Instant now_{std::chrono::hours{1}};
  std::string violation_;
  std::priority_queue<Event> events_;
  std::uint64_t numbers_ = 0;
  std::map<int, Socket> sockets_;
  std::set<Address> resets_;
  std::vector<Instant> begun_;
  std::uint32_t stops_ = 0;
  std::uint32_t open_most_ = 0;
  std::uint32_t shortages_ = 0;
  bool network_works_ = true;
  bool has_route_ = true;
  std::deque<std::function<void()>> stalled_;

  int failure_ = 0;
  FakeBuffers buffers_;  // Each ring begins with a copy.
  std::deque<FakeRing> rings_;
  FakeRing* ring_ = nullptr;  // Of the worker that runs.
  std::mutex lock_;
  std::condition_variable ring_changed_;
};

}  // namespace mxsweep::scan
