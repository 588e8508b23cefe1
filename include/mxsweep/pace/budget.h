// SPDX-License-Identifier: MIT
// Limits how many connections are open: one limit for all workers, lent to them in batches. Pure.
//
//   Shape     Budget holds the places of all workers, Share is one worker's access to it. A worker
//             calls one_more() before each connection, and keep() once per turn with the number of
//             places that it still needs; the others are returned. If none are left, the share
//             waits. next_to_wake() names the waiting workers that can use returned places.
//   Promise   At most `total` places are lent. A single busy worker can have all of them. Every
//             worker that wants it gets its part() eventually: while a worker below its part waits,
//             workers above theirs return the places of connections that end.
//   Cost      A worker that reuses its own places writes nothing shared; it only reads how many
//             workers are below their part. It borrows up to kShareMost at once, fewer if few are
//             left.
//   Threads   A Share belongs to one thread. All accesses that decide a wait are seq_cst: a worker
//             publishes that it waits before it reads free_; one that returns places adds them to
//             free_ before it reads waiting_. So at least one of the two sees the other. Before it
//             sleeps, after its doorbell's prepare(), a worker checks again with may_have().
//   Errors    none.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace mxsweep::pace {

inline constexpr std::uint32_t kShareMost = 16;

class Budget {
 public:
  // Requires: 0 < workers <= total.
  Budget(std::uint32_t total, std::uint32_t workers);

  // The number of places that each worker is guaranteed: total / workers.
  [[nodiscard]] std::uint32_t part() const { return part_; }

 private:
  friend class Share;
  static constexpr std::size_t kCacheLine = 64;

  // Of a worker. starved: it waits and holds less than its part; waiting: it waits and holds its
  // part or more.
  // notified: next_to_wake() has returned it since it began to wait.
  enum class State : std::uint8_t {
    satisfied,
    waiting,
    starved,
    waiting_notified,
    starved_notified
  };

  std::uint32_t part_;
  std::vector<std::atomic<State>> states_;
  alignas(kCacheLine) std::atomic<std::uint32_t> free_;
  alignas(kCacheLine) std::atomic<std::uint32_t> waiting_ = 0;  // Workers that are not satisfied.
  std::atomic<std::uint32_t> starved_ = 0;                      // Of these.
};

class Share {
 public:
  // `worker`: counted from 0. The budget outlives the share.
  Share(Budget& budget, std::uint32_t worker) : budget_(budget), worker_(worker) {}
  Share(const Share&) = delete;
  Share& operator=(const Share&) = delete;
  ~Share() { keep(0, false); }

  // Whether a connection may be opened in addition to the `used` ones. If so, its place is held
  // until keep(). If not, there is none left, and the share waits.
  [[nodiscard]] bool one_more(std::uint32_t used);
  // Returns all places beyond `count`. The share stops waiting unless `wants_more`.
  void keep(std::uint32_t count, bool wants_more);

  [[nodiscard]] bool waits() const { return state_ != Budget::State::satisfied; }
  // Whether one_more() would return true by now; for a share that waits, before its thread sleeps.
  // If false, next_to_wake() will return this worker again, even if it already did.
  [[nodiscard]] bool may_have(std::uint32_t used);
  // A worker to wake because it may have a place now. Call until it returns nothing.
  [[nodiscard]] std::optional<std::uint32_t> next_to_wake();
  [[nodiscard]] std::uint32_t held() const { return held_; }

 private:
  using State = Budget::State;

  [[nodiscard]] std::uint32_t starved_others() const;
  [[nodiscard]] std::uint32_t available_to_us(std::uint32_t free) const;
  [[nodiscard]] bool must_yield(std::uint32_t used) const;
  void wait();
  void stop_waiting();

  Budget& budget_;
  const std::uint32_t worker_;
  std::uint32_t held_ = 0;          // Places lent to this worker.
  State state_ = State::satisfied;  // As last published: satisfied, waiting or starved.
};

}  // namespace mxsweep::pace
