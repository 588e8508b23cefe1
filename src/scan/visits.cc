// SPDX-License-Identifier: MIT
#include "scan/visits.h"

#include <algorithm>
#include <utility>

namespace mxsweep::scan {
namespace {

constexpr std::size_t kInboxTargets = 1024;
constexpr Duration kBrakeLeast = std::chrono::milliseconds{10};
constexpr Duration kBrakeMost = std::chrono::seconds{1};
constexpr Duration kShortageMost = std::chrono::minutes{5};  // Longer than any conversation.
// Records without a connection, of a sweep that stops, in one turn at most.
constexpr std::uint32_t kAnswersPerTurn = 256;

}  // namespace

Visits::Visits(const VisitOptions& options, const probe::Plan& plan, std::uint32_t worker,
               Admission& admission, Gauges& gauges, const Outboxes& outboxes)
    : options_(options),
      plan_(plan),
      gauges_(gauges),
      recorder_(outboxes),
      inbox_(kInboxTargets, options.inbox_octets),
      permit_(admission, worker),
      servers_(plan, options.share_octets) {}

bool Visits::may_begin() const {
  return !recorder_.backpressured() && gauges_.stopping() == Stop::none;
}

bool Visits::may_connect(const Load& load, Instant now) const {
  return !load.full && now >= braked_until_;
}

std::optional<Visit> Visits::next(std::uint32_t& budget, const Load& load, Instant now) {
  if (!find_next(budget, now) || !may_connect(load, now) || !permit_.take(load.open, now)) {
    return std::nullopt;
  }
  --budget;
  return std::exchange(next_, std::nullopt);
}

// Whether next_ is a target to connect to, within the budget.
bool Visits::find_next(std::uint32_t& budget, Instant now) {
  for (; !next_ && budget > 0 && !recorder_.backpressured(); --budget) {
    if (!retry_queue_.empty()) {
      next_ = std::move(retry_queue_.front());
      retry_queue_.pop_front();
      break;
    }
    Task task;
    const bool found = servers_.take_settled(task) || (!servers_.full() && inbox_.pop(task));
    if (!found) break;
    Servers::Server* server = nullptr;
    if (options_.share_octets != 0) {
      const auto place = servers_.place(task, probe::tls_mode(plan_, task.target));
      if (place.known != nullptr) record_shared(task, *place.known, now);
      if (place.to_visit == nullptr) continue;
      server = place.to_visit;
    }
    next_ = {.task = std::move(task), .since = now, .server = server};
  }
  return next_ && budget > 0;
}

void Visits::settle(const Load& load, Instant now) {
  permit_.settle(load.open, next_ && may_begin() && may_connect(load, now));
}

void Visits::answer_known(Instant now) {
  Task task;
  std::uint32_t budget = kAnswersPerTurn;
  for (; budget > 0 && !recorder_.backpressured() && servers_.take_settled(task); --budget) {
    const auto place = servers_.place(task, probe::tls_mode(plan_, task.target));
    if (place.known != nullptr) record_shared(task, *place.known, now);
    if (place.to_visit == nullptr) continue;
    ++abandoned_;
    servers_.forget(*place.to_visit);
  }
}

void Visits::end() {
  permit_.settle(0, false);
  // The writers take or discard everything, so this ends.
  recorder_.drain();
}

void Visits::on_shortage(Visit&& visit, int error, Instant now) {
  // Connections that were begun together fail together: one shortage, one braking.
  if (now >= braked_until_) {
    brake_ = std::clamp(brake_ * 2, kBrakeLeast, kBrakeMost);
    braked_until_ = now + brake_;
  }
  gauges_.shortages.fetch_add(1, std::memory_order_relaxed);
  gauges_.last_shortage.store(error, std::memory_order_relaxed);
  if (now - visit.since < kShortageMost) {
    retry_queue_.push_back(std::move(visit));
  } else {
    record_shortage(visit, error, now);
  }
}

bool Visits::finished() const {
  switch (gauges_.stopping()) {
    case Stop::drain: return !servers_.has_settled();
    case Stop::leave: return true;
    case Stop::none: break;
  }
  return list_ended_.load(std::memory_order_acquire) && inbox_.empty() && retry_queue_.empty() &&
         !next_ && servers_.waiting() == 0;
}

Instant Visits::next_moment(const Load& load, Instant now) const {
  const Instant flush_at = recorder_.flush_at();
  const Stop stop = gauges_.stopping();
  if (stop != Stop::none && servers_.has_settled()) {  // For answer_known().
    return std::min(flush_at, recorder_.backpressured() ? now + files::kBackpressureRetry : now);
  }
  if (recorder_.backpressured() || stop != Stop::none) return flush_at;
  if (!next_) {
    // More than one turn's budget.
    const bool more =
        !retry_queue_.empty() || servers_.has_settled() || (!inbox_.empty() && !servers_.full());
    return more ? now : flush_at;
  }
  if (load.full) return flush_at;
  return std::min(flush_at, now < braked_until_ ? braked_until_ : permit_.next(now));
}

void Visits::publish(std::uint32_t open) {
  if (open != in_flight_told_) {
    const std::uint32_t change = open - in_flight_told_;  // Modulo 2^32, as the sum is.
    const std::uint32_t total =
        gauges_.in_flight.fetch_add(change, std::memory_order_relaxed) + change;
    in_flight_told_ = open;
    std::uint32_t peak = gauges_.in_flight_peak.load(std::memory_order_relaxed);
    while (total > peak &&
           !gauges_.in_flight_peak.compare_exchange_weak(peak, total, std::memory_order_relaxed)) {
    }
  }
  for (std::size_t i = 0; i < kOutcomeCount; ++i) {
    const std::uint64_t news = recorder_.tally().outcomes[i] - outcomes_told_[i];
    if (news == 0) continue;
    gauges_.outcomes[i].fetch_add(news, std::memory_order_relaxed);
    outcomes_told_[i] = recorder_.tally().outcomes[i];
  }
}

}  // namespace mxsweep::scan
