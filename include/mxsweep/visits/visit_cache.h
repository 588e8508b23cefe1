// SPDX-License-Identifier: MIT
// Which servers one worker has visited, what it learned there, and what waits for a visit to end:
// each server is visited once, however many lines lead to it. Pure.
//
//   Shape     look_up() for every task. Where its answer is to visit, the visit ends with
//             complete_visit() or, when it was our own fault that nothing was learned,
//             abandon_visit(). pop_ready() hands back what waited; it is looked up again.
//   Waiter    what waits: movable, with `std::size_t octets_held(const Waiter&)`, the memory beside
//             the object.
//   Once      a server is its ServerKey. When its name counts too is in visits/known_server.h.
//   Memory    octets_max for what was learned and for what waits. The server that was not looked up
//             for the longest time is forgotten, and visited again if a line leads there. full():
//             waiters take half of it, and no more should be looked up until some are ready.
//   Lifetime  a Server stays where it is from look_up() to the end of its visit; an answer is good
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
  // One that was visited, or is being visited.
  using Server = typename StableMap<ServerKey, State, ServerKey::Hash>::Entry;

  explicit VisitCache(std::size_t octets_max) : octets_max_(octets_max) {}
  VisitCache(const VisitCache&) = delete;
  VisitCache& operator=(const VisitCache&) = delete;

  struct Answer {
    const probe::Observation* known = nullptr;  // What answers for this name.
    Server* to_visit = nullptr;                 // Nothing does.
  };
  // Neither of the two: `waiter` was taken, and waits. `name` may view it.
  [[nodiscard]] Answer look_up(const ServerKey& key, std::string_view name, Waiter& waiter);

  // `name`: the one that it was visited under.
  void complete_visit(Server& server, std::string_view name, probe::Observation&& observation);
  void abandon_visit(Server& server) { end_visit(server); }

  // One of those whose visit has ended, in their order; false: there is none.
  [[nodiscard]] bool pop_ready(Waiter& waiter);
  [[nodiscard]] bool has_ready() const { return !ready_.empty(); }

  [[nodiscard]] bool full() const { return waiting_octets_ > octets_max_ / 2; }
  [[nodiscard]] std::size_t waiting() const { return waiting_; }
  [[nodiscard]] std::size_t waiting_octets() const { return waiting_octets_; }
  [[nodiscard]] std::size_t octets() const { return octets_; }
  [[nodiscard]] std::uint64_t forgotten() const { return forgotten_; }  // For want of memory.

 private:
  struct State {
    KnownServer known;
    std::unique_ptr<std::list<Waiter>> waiting;  // Null: nothing waits.
    EvictionLinks<Server> links;  // Means something while it is neither of the two below.
    bool visiting = false;
    bool queued = false;  // In ready_.
  };
  static EvictionLinks<Server>& links_of(Server& server) { return server.value.links; }
  static_assert(sizeof(State) <= 80, "millions of addresses without a server are remembered");
  // With its places in the index.
  static constexpr std::size_t kServerOctets =
      sizeof(State) + sizeof(ServerKey) + sizeof(std::uint32_t) + 24;

  // With its node in the list.
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
  std::deque<Server*> ready_;  // Something that waited there need wait no longer.
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
    if (idle) evictable_.add(server);  // As the newest.
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

// What waited for this visit is to be looked up again.
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

// Without any observation there is nothing to keep.
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
