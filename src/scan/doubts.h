// SPDX-License-Identifier: MIT
// pace::Doubt, shared by all threads of a sweep: workers have failures judged, the prober of the
// canaries (scan/canaries.h) ends rounds, and the thread that watches looks for a lost route.
//
//   Shape    a thread that changes what others wait for wakes them by their doorbells. What a
//            worker reads in each turn are atomics; the lock is taken for suspicious failures only,
//            and without canaries only after a first pause.
//   Threads  any.
//   Errors   none.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "mxsweep/core/address.h"
#include "mxsweep/core/time.h"
#include "mxsweep/pace/doubt.h"
#include "mxsweep/pace/routes.h"
#include "mxsweep/scan/scan.h"
#include "mxsweep/threads/doorbell.h"

namespace mxsweep::scan {

class Doubts {
 public:
  // `workers`: the doorbells of all workers, set before the first of them runs.
  Doubts(std::uint32_t canaries, pace::HasRoute has_route, Instant start,
         const std::vector<threads::Doorbell*>& workers)
      : has_canaries_(canaries > 0),
        doubt_(canaries, start),
        routes_(has_route),
        has_route_(std::move(has_route)),
        workers_(workers) {}
  Doubts(const Doubts&) = delete;
  Doubts& operator=(const Doubts&) = delete;

  void begin() { routes_.begin(); }  // Before the first visit, in the thread that watches.
  [[nodiscard]] const pace::HasRoute& has_route() const { return has_route_; }
  [[nodiscard]] threads::Doorbell& prober() { return prober_; }

  // For workers.
  // A failure that is to be held counts until judge_held() or let_go().
  [[nodiscard]] pace::Judgement judge(Instant began, Instant failed);
  [[nodiscard]] pace::Judgement judge_held(Instant began, Instant failed);
  void let_go();
  void lose_route(const Address& reference, Instant now);
  // Whether this worker waits for nothing but failures that are held.
  void set_idle(bool idle);
  void see_life(Instant now) {
    if (has_canaries_) last_life_.store(now, std::memory_order_relaxed);
  }
  [[nodiscard]] bool may_begin() const { return may_begin_.load(std::memory_order_seq_cst); }
  [[nodiscard]] std::uint32_t serial() const { return serial_.load(std::memory_order_seq_cst); }

  // For the prober.
  [[nodiscard]] Instant round_due();
  void begin_round(Instant now);
  void end_round(pace::Answer answer, Instant now);

  // For the thread that watches, a few times a second: looks for a lost route, and whether names
  // are stuck because a route was lost or because no canary answers. Whether the sweep is paused.
  bool watch(Instant now, bool names_stuck);
  [[nodiscard]] Pauses pauses(Instant now);

 private:
  void publish(bool tell_prober);

  const bool has_canaries_;
  // Without canaries, and before the first pause, each failure is the server's.
  std::atomic<bool> has_paused_ = false;
  std::mutex lock_;
  pace::Doubt doubt_;             // Under the lock.
  std::optional<Address> lost_;   // Under the lock: the reference whose route is lost.
  std::size_t idle_workers_ = 0;  // Under the lock.
  bool names_stuck_ = false;      // Under the lock.
  pace::Routes routes_;           // Of the thread that watches.
  const pace::HasRoute has_route_;
  const std::vector<threads::Doorbell*>& workers_;
  threads::Doorbell prober_;
  std::atomic<bool> may_begin_ = true;
  std::atomic<std::uint32_t> serial_ = 0;
  std::atomic<Instant> last_life_ = Instant{};
};

}  // namespace mxsweep::scan
