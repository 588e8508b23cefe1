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
#include <unordered_map>
#include <vector>

#include "mxsweep/core/random.h"
#include "mxsweep/core/slot_table.h"
#include "mxsweep/core/time.h"
#include "mxsweep/ring/ring.h"
#include "mxsweep/sink/persona.h"
#include "mxsweep/sink/session.h"

namespace mxsweep::scan {

// How often each fault happens, in parts of 1000.
struct Faults {
  std::uint32_t refused = 0;           // By address: there is no server.
  std::uint32_t unanswered = 0;        // By address: the connect is never answered.
  std::uint32_t reset = 0;             // Of a connection, at some moment.
  std::uint32_t no_descriptor = 0;     // EMFILE of open_tcp().
  std::uint32_t connect_shortage = 0;  // ENOBUFS or EADDRNOTAVAIL of a connect.
  std::uint32_t cancel_in_vain = 0;    // Of cancelled operations.
  std::uint32_t interrupted = 0;       // Of waits: EINTR.
  std::uint32_t stopped = 0;           // Of waits: the process is stopped, for up to stop_most.
  Duration stop_most{};
  std::uint32_t late = 0;  // Of completions: up to 20 ms late.
  bool ring_fails = false;
};

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
  std::span<const ring::Completion> completions();
  [[nodiscard]] bool more() const { return !ring_->tasks.empty() || !ring_->completed.empty(); }
  [[nodiscard]] int failure() const { return failure_; }
  [[nodiscard]] std::string_view octets(const ring::Completion& completion) const;
  void give_back(const ring::Completion& completion);

 private:
  enum class End : std::uint8_t { no, close, reset };
  struct Armed {
    ring::Operation operation;
    Handle handle;
  };
  struct Ring;
  struct Socket {
    Ring* ring = nullptr;
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
  struct Queued {
    ring::Operation operation;
    int descriptor;
    Handle handle;
    std::string_view octets;
    std::string copy;  // Of the octets, when they were queued.
    Address to;
    bool reported;  // The operation has a completion.
  };
  struct Ring {  // Of a worker.
    int wake_descriptor = -1;
    bool open = false;
    bool woken = false;
    bool runs = false;  // Its worker's body has not ended.
    // Its present wait, or the latest one.
    Instant until{};
    std::uint32_t least = 0;
    std::uint64_t waits = 0;
    std::uint64_t idle_waits = 0;  // In a row, in which no time passed and nothing completed.
    std::deque<Queued> queued;
    std::deque<ring::Completion> tasks;      // Done, but not visible yet.
    std::deque<ring::Completion> completed;  // Visible to the worker.
    std::vector<ring::Completion> turn;
    std::vector<std::string> buffers;
    std::vector<std::uint32_t> free_buffers;
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
  void execute(Queued& queued);
  void connect(int descriptor, Socket& socket);
  void finish(int descriptor, ring::Operation operation, Handle handle, int result);
  void try_receive(Socket& socket, bool at_once);
  void go_on_sending(Socket& socket);
  void react(int descriptor, Socket& socket, const sink::Reaction& reaction);
  void end_server(int descriptor, Socket& socket, End end);
  void arrive(int descriptor, Socket& socket, std::function<void(Socket&)> act);
  void read_bells();
  [[nodiscard]] bool has_ended_wait(const Ring& ring) const;
  [[nodiscard]] Ring* other_to_run();
  void let_run(Ring& ring);
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
  std::uint32_t buffer_octets_ = 2048;
  std::size_t buffers_ = 0;  // Of each ring.
  std::deque<Ring> rings_;
  Ring* ring_ = nullptr;  // Of the worker that runs.
  std::mutex lock_;
  std::condition_variable ring_changed_;
};

}  // namespace mxsweep::scan
