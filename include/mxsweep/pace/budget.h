// SPDX-License-Identifier: MIT
// How many connections may be open: one number for all workers, lent to them in small shares. Pure.
//
//   Shape     Budget is what all workers have together, Share is one worker's side of it. A worker
//             calls one_more() before each connection and keep() once a turn with what it still
//             needs; the rest goes back. Where nothing is left the share waits; next_to_wake()
//             names the waiting workers that can use what was given back.
//   Promise   Never more than `total` are lent. A single busy worker can have all of them. Each
//             worker that wants it gets its part() in time: while a worker below its part waits,
//             workers above theirs give back the places of connections that end.
//   Cost      A worker that reuses its own places writes to nothing shared; it only reads how
//             many workers are below their part. It borrows up to kShareMost at once, fewer when
//             little is left.
//   Threads   A Share belongs to one thread. All accesses that decide a wait are seq_cst: a worker
//             publishes that it waits before it reads free_; a giver adds to free_ before it reads
//             waiting_. So one of the two sees the other. Before it sleeps, behind its doorbell's
//             prepare(), a worker looks once more with may_have().
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

  // What each worker can count on.
  [[nodiscard]] std::uint32_t part() const { return part_; }

 private:
  friend class Share;
  static constexpr std::size_t kCacheLine = 64;

  // Of a worker. Hungry: it has less than its part. Told: it was named by next_to_wake().
  enum class State : std::uint8_t { content, wants, hungry, wants_told, hungry_told };

  std::uint32_t part_;
  std::vector<std::atomic<State>> states_;
  alignas(kCacheLine) std::atomic<std::uint32_t> free_;
  alignas(kCacheLine) std::atomic<std::uint32_t> waiting_ = 0;  // Workers that are not content.
  std::atomic<std::uint32_t> hungry_ = 0;                       // Among them.
};

class Share {
 public:
  // `worker`: counted from 0. The budget lives longer.
  Share(Budget& budget, std::uint32_t worker) : budget_(budget), worker_(worker) {}
  Share(const Share&) = delete;
  Share& operator=(const Share&) = delete;
  ~Share() { keep(0, false); }

  // Whether one more may be open beside the `used`; it is ours until keep(). False: none is to be
  // had, and the share waits.
  [[nodiscard]] bool one_more(std::uint32_t used);
  // Gives back what is beyond `count`; unless it still wants more, it waits no longer.
  void keep(std::uint32_t count, bool wants_more);

  [[nodiscard]] bool waits() const { return state_ != Budget::State::content; }
  // For one that waits and is about to sleep: whether one_more() would say yes by now. If not, it
  // will be named again, also if it was before.
  [[nodiscard]] bool may_have(std::uint32_t used);
  // A worker that should look again; ask until there is none.
  [[nodiscard]] std::optional<std::uint32_t> next_to_wake();
  [[nodiscard]] std::uint32_t held() const { return held_; }

 private:
  using State = Budget::State;

  [[nodiscard]] std::uint32_t hungry_others() const;
  [[nodiscard]] std::uint32_t for_us(std::uint32_t free) const;
  [[nodiscard]] bool must_yield(std::uint32_t used) const;
  void wait();
  void wait_no_more();

  Budget& budget_;
  const std::uint32_t worker_;
  std::uint32_t held_ = 0;        // Lent to us.
  State state_ = State::content;  // As we said it last: content, wants or hungry.
};

}  // namespace mxsweep::pace
