// SPDX-License-Identifier: MIT
// The visits of one worker that wait until they may start: for the caps of pace/courtesy.h, which
// all workers share, and for the moment of a retry.
//
//   Shape     add() and retry() a visit, take() those that may start; give_back() a ticket when the
//             connection is closed. exchange() passes all of this to the other workers, in one
//             step, once per turn or oftener: nothing is granted in between.
//   Waiting   A visit that waits here has no slot, descriptor, place of the budget or token of the
//             rate.
//   Memory    octets_max, and the visits of one turn more. When that is used up (full()), the
//             worker takes no more tasks from its inbox until some visits have started, even tasks
//             that would not have to wait: memory comes first.
//   Threads   one, except for Politeness. Its lock is held for one exchange; targets of one's own
//             never need it. No wake-up is lost: a worker's flag is set before its doorbell is
//             notified, and is read after the doorbell's prepare().
//   Errors    none.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "mxsweep/pace/courtesy.h"
#include "mxsweep/threads/doorbell.h"
#include "scan/visit.h"

namespace mxsweep::scan {

inline constexpr std::size_t kWaitingOctetsMax = 32 * 1024 * 1024;  // Of all workers together.

// Shared by all workers.
struct Politeness {
  Politeness(const pace::CourtesyLimits& limits, std::uint32_t workers)
      : limited(limits.any()), granted(workers), courtesy(limits, workers) {}

  const bool limited;                      // False: there is nothing to wait for but retries.
  std::vector<std::atomic<bool>> granted;  // Of each worker: it has visits to take.
  std::mutex lock;
  pace::Courtesy courtesy;  // Under the lock.
};

// What a worker shows of its waiting visits, for the progress line.
struct Waits {
  std::atomic<std::uint32_t> polite = 0;      // Visits that wait for the caps.
  std::atomic<std::uint32_t> retries = 0;     // Visits that wait for the moment of a retry.
  std::atomic<Instant> next_polite = kNever;  // When the first rest of an address ends.
  std::atomic<Instant> next_retry = kNever;
};

class PoliteVisits {
 public:
  // The doorbells of all workers are set before the first exchange().
  PoliteVisits(Politeness& shared, const std::vector<threads::Doorbell*>& doorbells,
               std::uint32_t worker, std::size_t octets_max);

  // Whether a visit to this target has to be added.
  [[nodiscard]] bool concerns(const targets::Target& target) const {
    return !target.own && shared_.limited;
  }
  void add(Visit&& visit);
  void retry(Visit&& visit, Instant at);
  void give_back(pace::Ticket ticket, Duration back_off) { returns_.push_back({ticket, back_off}); }
  // Exchanges grants, requests and returns with the other workers. Whether there is a visit to
  // take().
  bool exchange(Instant now);
  [[nodiscard]] std::optional<Visit> take(Instant now);
  // In a sweep that stops: a visit that waits and has a result to record; nothing: there is none.
  // After this, only size(), visited() and take_visited() may be called; exchange() does nothing.
  [[nodiscard]] std::optional<Visit> take_visited();

  [[nodiscard]] bool full() const { return octets_ > octets_max_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t visited() const { return visited_; }  // Of these, with a result.
  // Whether another worker has granted something; before a sleep that the doorbell ends.
  [[nodiscard]] bool has_grants() const {
    return shared_.granted[worker_].load(std::memory_order_seq_cst);
  }
  // When to call exchange() again; kNever: when the doorbell is notified.
  [[nodiscard]] Instant next(Instant now) const;

  void publish();  // Updates waits().
  [[nodiscard]] const Waits& waits() const { return waits_; }
  [[nodiscard]] std::uint64_t waited() const { return waited_; }  // Visits that had to wait.

 private:
  struct Return {
    pace::Ticket ticket;
    Duration back_off;
  };
  struct Retry {
    Instant at;
    std::uint32_t place;
    friend bool operator>(const Retry& a, const Retry& b) { return a.at > b.at; }
  };

  [[nodiscard]] std::uint32_t keep(Visit&& visit);
  [[nodiscard]] Visit remove(std::uint32_t place);
  void release_retries(Instant now);
  void exchange_locked(Instant now);

  Politeness& shared_;
  const std::vector<threads::Doorbell*>& doorbells_;
  const std::uint32_t worker_;
  const std::size_t octets_max_;
  std::deque<std::optional<Visit>> places_;  // Of the visits that wait.
  std::vector<std::uint32_t> free_places_;
  std::vector<std::uint32_t> requests_;  // Places to be passed on by the next exchange().
  std::vector<Return> returns_;
  std::priority_queue<Retry, std::vector<Retry>, std::greater<>> retries_;
  std::deque<std::uint32_t> ready_;  // Places of visits that may start.
  Instant next_rest_ = kNever;
  std::size_t waiting_ = 0;  // Visits that were requested, or are about to be.
  std::size_t size_ = 0;     // All visits that wait.
  std::size_t octets_ = 0;
  std::size_t visited_ = 0;
  std::size_t sought_ = 0;  // Places before this one hold no visit with a result.
  bool stopped_ = false;
  std::uint64_t waited_ = 0;
  Waits waits_;
};

}  // namespace mxsweep::scan
