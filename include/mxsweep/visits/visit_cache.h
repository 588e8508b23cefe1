// SPDX-License-Identifier: MIT
// The servers that one worker has visited, with their observations, and the tasks that wait for a
// visit to end: each server is visited once, however many lines lead to it. Pure.
//
//   Shape     look_up() every task. If it returns a server to visit, end that visit with
//             complete_visit(), or with abandon_visit() if nothing was learned for a local reason.
//             pop_ready() returns the tasks that waited; look them up again.
//   Waiter    the type of a task: movable, with `std::size_t octets_held(const Waiter&)`, its
//             memory beside the object.
//   Once      a ServerKey identifies a server; visits/known_server.h: when its name matters, too.
//   Memory    octets_max for observations and waiting tasks. The server that was looked up the
//             longest ago is forgotten, and visited again if a line leads to it. full(): waiting
//             tasks take more than half; look up no more until some are ready.
//   Lifetime  a Server does not move from look_up() to the end of its visit; an Answer is valid
//             until the next call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <string_view>
#include <utility>

#include "mxsweep/core/block_pool.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/core/memory.h"
#include "mxsweep/core/stable_map.h"
#include "mxsweep/probe/observation.h"
#include "mxsweep/visits/eviction_order.h"
#include "mxsweep/visits/known_server.h"
#include "mxsweep/visits/server_key.h"

namespace mxsweep::visits {

template <typename Waiter>
class VisitCache {
  struct State;

 public:
  // A server that was visited, or is being visited.
  using Server = typename StableMap<ServerKey, State, ServerKey::Hash>::Entry;

  explicit VisitCache(std::size_t octets_max) : octets_max_(octets_max) {}
  VisitCache(const VisitCache&) = delete;
  VisitCache& operator=(const VisitCache&) = delete;

  struct Answer {
    const probe::Observation* known = nullptr;  // The result for this name.
    Server* to_visit = nullptr;                 // There is none: visit this server.
  };
  // Both null: `waiter` was moved from, and waits. `name` may view `waiter`.
  [[nodiscard]] Answer look_up(const ServerKey& key, std::string_view name, Waiter& waiter);

  // `name`: the name under which the server was visited.
  void complete_visit(Server& server, std::string_view name, probe::Observation&& observation);
  void abandon_visit(Server& server) { end_visit(server); }

  // Takes the next task whose server is no longer being visited; false: there is none.
  [[nodiscard]] bool pop_ready(Waiter& waiter);
  [[nodiscard]] bool has_ready() const { return !ready_.empty(); }

  [[nodiscard]] bool full() const { return waiting_octets_ > octets_max_ / 2; }
  [[nodiscard]] std::size_t waiting() const { return waiting_; }
  [[nodiscard]] std::size_t waiting_octets() const { return waiting_octets_; }
  [[nodiscard]] std::size_t octets() const { return octets_; }
  [[nodiscard]] std::uint64_t forgotten() const { return forgotten_; }  // For lack of memory.

 private:
  struct State {
    KnownServer known;
    std::unique_ptr<std::list<Waiter>> waiting;  // Null: no task waits.
    EvictionLinks<Server> links;  // Used only while it is neither being visited nor queued.
    bool visiting = false;
    bool queued = false;  // In ready_.
  };
  static EvictionLinks<Server>& links_of(Server& server) { return server.value.links; }
  static_assert(sizeof(State) <= 80, "millions of addresses without a server are remembered");
  // Includes its entries in the index.
  static constexpr std::size_t kServerOctets =
      sizeof(State) + sizeof(ServerKey) + sizeof(std::uint32_t) + 24;

  // Includes its node in the list.
  static std::size_t waiting_octets_of(const Waiter& waiter) {
    return allocated(sizeof waiter + 2 * sizeof(void*)) + octets_held(waiter);
  }

  void end_visit(Server& server);
  void make_evictable(Server& server);
  void evict_what_is_too_much();
  void drop(Server& server);

  std::size_t octets_max_;
  std::size_t octets_ = 0;
  std::size_t waiting_ = 0;
  std::size_t waiting_octets_ = 0;
  std::uint64_t forgotten_ = 0;
  BlockPool pool_;  // Outlives the servers: their observations are in it.
  StableMap<ServerKey, State, ServerKey::Hash> servers_;
  std::deque<Server*> ready_;  // Servers whose visit has ended while tasks waited.
  EvictionOrder<Server, links_of> evictable_;
  ChainLedger chains_;
};

template <typename Waiter>
auto VisitCache<Waiter>::look_up(const ServerKey& key, std::string_view name, Waiter& waiter)
    -> Answer {
  const auto [server, is_new] = servers_.try_emplace(key);
  State& state = server.value;
  if (is_new) octets_ += kServerOctets;
  if (state.visiting) {
    if (state.waiting == nullptr) state.waiting = std::make_unique<std::list<Waiter>>();
    waiting_octets_ += waiting_octets_of(waiter);
    state.waiting->push_back(std::move(waiter));
    ++waiting_;
    evict_what_is_too_much();
    return {};
  }
  const bool idle = !is_new && !state.queued;
  if (idle) evictable_.remove(server);
  if (const probe::Observation* const known = state.known.answer(name)) {
    if (idle) evictable_.add(server);  // As the most recently used.
    return {.known = known};
  }
  state.visiting = true;
  return {.to_visit = &server};
}

template <typename Waiter>
void VisitCache<Waiter>::complete_visit(Server& server, std::string_view name,
                                        probe::Observation&& observation) {
  const KnownServer::Change change =
      server.value.known.add(name, std::move(observation), chains_, pool_);
  octets_ += change.gained;
  octets_ -= change.lost;
  if (change.dropped_name) ++forgotten_;
  end_visit(server);
}

// The tasks that waited for this visit become ready.
template <typename Waiter>
void VisitCache<Waiter>::end_visit(Server& server) {
  State& state = server.value;
  INVARIANT(state.visiting);
  state.visiting = false;
  if (state.waiting != nullptr) {
    if (!std::exchange(state.queued, true)) ready_.push_back(&server);
  } else if (!state.queued) {
    make_evictable(server);
  }
}

template <typename Waiter>
bool VisitCache<Waiter>::pop_ready(Waiter& waiter) {
  while (!ready_.empty()) {
    Server& server = *ready_.front();
    State& state = server.value;
    if (!state.visiting && state.waiting != nullptr) {
      waiter = std::move(state.waiting->front());
      waiting_octets_ -= waiting_octets_of(waiter);
      state.waiting->pop_front();
      if (state.waiting->empty()) state.waiting.reset();
      --waiting_;
      return true;
    }
    ready_.pop_front();
    state.queued = false;
    if (!state.visiting) make_evictable(server);
  }
  return false;
}

// A server without an observation is dropped at once: there is nothing to keep.
template <typename Waiter>
void VisitCache<Waiter>::make_evictable(Server& server) {
  if (server.value.known.empty()) return drop(server);
  evictable_.add(server);
  evict_what_is_too_much();
}

template <typename Waiter>
void VisitCache<Waiter>::evict_what_is_too_much() {
  while (octets_ + waiting_octets_ > octets_max_ && evictable_.oldest() != nullptr) {
    Server& least_wanted = *evictable_.oldest();
    evictable_.remove(least_wanted);
    drop(least_wanted);
    ++forgotten_;
  }
}

template <typename Waiter>
void VisitCache<Waiter>::drop(Server& server) {
  octets_ -= kServerOctets + server.value.known.clear(chains_);
  servers_.erase(server);
}

}  // namespace mxsweep::visits
