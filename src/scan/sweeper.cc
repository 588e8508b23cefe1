// SPDX-License-Identifier: MIT
#include "scan/sweeper.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace mxsweep::scan {
namespace {

constexpr std::size_t kInboxTargets = 1024;
constexpr Duration kBrakeLeast = std::chrono::milliseconds{10};
constexpr Duration kBrakeMost = std::chrono::seconds{1};
constexpr Duration kShortageMost = std::chrono::minutes{5};  // Longer than any conversation.

}  // namespace

Sweeper::Sweeper(const SweeperOptions& options, const probe::Plan& plan, std::uint32_t worker,
                 Admission& admission, Gauges& gauges, const Outboxes& outboxes)
    : options_(options),
      plan_(plan),
      gauges_(gauges),
      recorder_(outboxes),
      inbox_(kInboxTargets, options.inbox_octets),
      permit_(admission, worker),
      visited_(options.share_octets),
      polite_(admission.politeness, admission.doorbells, worker, options.waiting_octets),
      suspects_(*options.doubts) {}

bool Sweeper::may_begin() const {
  return !recorder_.backpressured() && gauges_.stopping() == Stop::none && suspects_.may_begin();
}

bool Sweeper::may_connect(const Load& load, Instant now) const {
  return !load.full && now >= braked_until_;
}

std::optional<Visit> Sweeper::next(std::uint32_t& budget, const Load& load, Instant now) {
  if (!find_next(budget, now) || !may_connect(load, now) || !permit_.take(load.open, now)) {
    return std::nullopt;
  }
  --budget;
  return std::exchange(next_, std::nullopt);
}

// Sets next_, if it is not set, to the next task that needs a connection. False: there is none
// within the budget.
bool Sweeper::find_next(std::uint32_t& budget, Instant now) {
  for (; !next_ && budget > 0 && !recorder_.backpressured(); --budget) {
    if (!retry_queue_.empty()) {
      next_ = std::move(retry_queue_.front());
      retry_queue_.pop_front();
      break;
    }
    next_ = polite_.take(now);
    if (next_) break;
    Task task;
    if (!visited_.pop_ready(task) && !(may_take_task() && inbox_.pop(task))) {
      // Everything that waits for the caps has been added.
      if (!polite_.exchange(now)) break;
      continue;
    }
    VisitCache::Server* server = nullptr;
    if (options_.share_octets != 0) {
      const auto answer = look_up(task);
      if (answer.known != nullptr) record_shared(task, *answer.known, now);
      if (answer.to_visit == nullptr) continue;
      server = answer.to_visit;
    }
    Visit visit{.task = std::move(task), .since = now, .server = server};
    if (polite_.concerns(visit.target())) {
      polite_.add(std::move(visit));
    } else {
      next_ = std::move(visit);
    }
  }
  return next_ && budget > 0;
}

void Sweeper::return_permits(const Load& load, Instant now) {
  blocked_ = !suspects_.may_begin();
  permit_.settle(load.open, next_ && may_begin() && may_connect(load, now));
  polite_.exchange(now);
}

VisitCache::Answer Sweeper::look_up(Task& task) {
  const targets::Target& target = task.target;
  return visited_.look_up({.address = target.address,
                           .port = target.port,
                           .mode = probe::tls_mode(plan_, target),
                           .protocol = probe::protocol_of(plan_, target)},
                          target.name(), task);
}

void Sweeper::serve_waiters(Instant now) {
  std::uint32_t budget = kAnswersPerTurn;
  for (; budget > 0 && !recorder_.backpressured(); --budget) {
    std::optional<Visit> visit = take_visited();
    if (!visit) break;
    stop_trying(*visit, now);
  }
  Task task;
  for (; budget > 0 && !recorder_.backpressured() && visited_.pop_ready(task); --budget) {
    const auto answer = look_up(task);
    if (answer.known != nullptr) record_shared(task, *answer.known, now);
    if (answer.to_visit == nullptr) continue;
    ++abandoned_;
    visited_.abandon_visit(*answer.to_visit);
  }
}

void Sweeper::end(Instant now) {
  permit_.settle(0, false);
  polite_.exchange(now);  // Other workers may wait for its places.
  while (std::optional<Visit> visit = take_visited()) {
    stop_trying(*visit, now);
  }
  // The writers take or discard everything, so this ends.
  recorder_.drain();
}

void Sweeper::on_shortage(Visit&& visit, int error, Instant now) {
  if (error == EADDRNOTAVAIL && suspects_.lacks_address(visit.target().address, now)) {
    if (suspects_.may_begin()) {
      record_unstarted(visit, Cause::local_no_route, error, now);
    } else {
      visit_again(visit, now);
    }
    return on_closed(visit);
  }
  // Connections started in one turn fail together: brake once for all of them.
  if (now >= braked_until_) {
    brake_ = std::clamp(brake_ * 2, kBrakeLeast, kBrakeMost);
    braked_until_ = now + brake_;
  }
  gauges_.shortages.fetch_add(1, std::memory_order_relaxed);
  gauges_.last_shortage.store(error, std::memory_order_relaxed);
  if (visit.survey != nullptr) visit.survey->begin_again();
  if (!suspects_.may_begin()) visit.since = now;  // A pause is no time that we were short.
  if (now - visit.since < kShortageMost) {
    retry_queue_.push_back(std::move(visit));
    visit.ticket = pace::kNoTicket;  // The moved one has it.
  } else {
    record_unstarted(visit, Cause::local_resource, error, now);
    on_closed(visit);
  }
}

bool Sweeper::finished() const {
  switch (gauges_.stopping()) {
    case Stop::drain: return !visited_.has_ready() && !owes_records() && suspects_.size() == 0;
    case Stop::leave: return true;
    case Stop::none: break;
  }
  return list_ended_.load(std::memory_order_acquire) && inbox_.empty() && retry_queue_.empty() &&
         !next_ && visited_.waiting() == 0 && polite_.size() == 0 && suspects_.size() == 0;
}

Instant Sweeper::next_moment(const Load& load, Instant now) const {
  const Instant flush_at = recorder_.flush_at();
  const Stop stop = gauges_.stopping();
  if (stop == Stop::drain && (visited_.has_ready() || owes_records())) {  // For serve_waiters().
    return std::min(flush_at, recorder_.backpressured() ? now + files::kBackpressureRetry : now);
  }
  if ((suspects_.pending() || (stop != Stop::none && suspects_.size() > 0)) &&
      !recorder_.backpressured()) {
    return now;
  }
  if (recorder_.backpressured() || stop != Stop::none || !suspects_.may_begin()) return flush_at;
  if (!next_) {
    // There was more than the budget of one turn.
    const bool more =
        !retry_queue_.empty() || visited_.has_ready() || (!inbox_.empty() && may_take_task());
    return more ? now : std::min(flush_at, polite_.next(now));
  }
  if (load.full) return flush_at;
  return std::min(flush_at, now < braked_until_ ? braked_until_ : permit_.next(now));
}

void Sweeper::publish(std::uint32_t open) {
  polite_.publish();
  suspects_.set_idle(open == 0 && !next_ && retry_queue_.empty() && inbox_.empty() &&
                     polite_.size() == 0 && list_ended_.load(std::memory_order_acquire));
  if (open != in_flight_published_) {
    const std::uint32_t change = open - in_flight_published_;  // Modulo 2^32, as the sum is.
    const std::uint32_t total =
        gauges_.in_flight.fetch_add(change, std::memory_order_relaxed) + change;
    in_flight_published_ = open;
    std::uint32_t peak = gauges_.in_flight_peak.load(std::memory_order_relaxed);
    while (total > peak &&
           !gauges_.in_flight_peak.compare_exchange_weak(peak, total, std::memory_order_relaxed)) {
    }
  }
  if (const std::uint64_t waiting = not_started() - abandoned_; waiting != waiting_published_) {
    gauges_.waiting.fetch_add(waiting - waiting_published_, std::memory_order_relaxed);
    waiting_published_ = waiting;
  }
  for (std::size_t i = 0; i < kOutcomeCount; ++i) {
    const std::uint64_t more = recorder_.tally().outcomes[i] - outcomes_published_[i];
    if (more == 0) continue;
    gauges_.outcomes[i].fetch_add(more, std::memory_order_relaxed);
    outcomes_published_[i] = recorder_.tally().outcomes[i];
  }
}

}  // namespace mxsweep::scan
