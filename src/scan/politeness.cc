// SPDX-License-Identifier: MIT
#include "scan/politeness.h"

#include <algorithm>

#include "mxsweep/core/memory.h"
#include "mxsweep/pace/operator.h"

namespace mxsweep::scan {
namespace {

// Of a visit that waits, beside what it holds: here, in pace/courtesy.h, and its server in the
// VisitCache, which cannot be forgotten meanwhile.
constexpr std::size_t kOctetsEach = sizeof(std::optional<Visit>) + 320;

std::size_t octets_of(const Visit& visit) {
  const std::size_t last =
      visit.last == nullptr ? 0 : allocated(sizeof *visit.last) + visit.last->octets_held();
  const std::size_t survey = visit.survey == nullptr ? 0 : visit.survey->octets_held();
  return kOctetsEach + octets_held(visit.task) + last + survey;
}

std::uint64_t operator_of(const Task& task) {
  if (task.path != nullptr && !task.path->mx_host.empty()) {
    return pace::operator_key(task.path->mx_host);
  }
  return pace::operator_key(task.target.name());
}

}  // namespace

PoliteVisits::PoliteVisits(Politeness& shared, const std::vector<threads::Doorbell*>& doorbells,
                           std::uint32_t worker, std::size_t octets_max)
    : shared_(shared), doorbells_(doorbells), worker_(worker), octets_max_(octets_max) {}

std::uint32_t PoliteVisits::keep(Visit&& visit) {
  ++size_;
  octets_ += octets_of(visit);
  if (visit.last != nullptr) ++visited_;
  if (free_places_.empty()) {
    places_.emplace_back(std::move(visit));
    return static_cast<std::uint32_t>(places_.size() - 1);
  }
  const std::uint32_t place = free_places_.back();
  free_places_.pop_back();
  places_[place].emplace(std::move(visit));
  return place;
}

Visit PoliteVisits::remove(std::uint32_t place) {
  Visit visit = std::move(*places_[place]);
  --size_;
  octets_ -= octets_of(visit);
  if (visit.last != nullptr) --visited_;
  places_[place].reset();
  free_places_.push_back(place);
  return visit;
}

void PoliteVisits::add(Visit&& visit) {
  requests_.push_back(keep(std::move(visit)));
  ++waiting_;
}

void PoliteVisits::retry(Visit&& visit, Instant at) { retries_.push({at, keep(std::move(visit))}); }

void PoliteVisits::release_retries(Instant now) {
  while (!retries_.empty() && retries_.top().at <= now) {
    const std::uint32_t place = retries_.top().place;
    retries_.pop();
    if (concerns(places_[place]->target())) {
      requests_.push_back(place);
      ++waiting_;
    } else {
      ready_.push_back(place);
    }
  }
}

bool PoliteVisits::exchange(Instant now) {
  if (stopped_) return false;
  release_retries(now);
  if (requests_.empty() && returns_.empty() && now < next_rest_ && !has_grants()) {
    return !ready_.empty();
  }
  std::vector<std::uint32_t> to_wake;
  {
    const std::lock_guard guard(shared_.lock);
    exchange_locked(now);
    to_wake = shared_.courtesy.to_wake();
    std::erase(to_wake, worker_);
    for (const std::uint32_t worker : to_wake) {
      shared_.granted[worker].store(true, std::memory_order_seq_cst);
    }
  }
  for (const std::uint32_t worker : to_wake) doorbells_[worker]->notify_if_waiting();
  return !ready_.empty();
}

void PoliteVisits::exchange_locked(Instant now) {
  pace::Courtesy& courtesy = shared_.courtesy;
  for (const Return& returned : std::exchange(returns_, {})) {
    courtesy.give_back(returned.ticket, now, returned.back_off);
  }
  courtesy.advance(worker_, now);
  for (const std::uint32_t place : requests_) {
    const Visit& visit = *places_[place];
    courtesy.request(worker_, place, visit.target().address, operator_of(visit.task), now);
  }
  while (const auto granted = courtesy.take_granted(worker_)) {
    places_[granted->place]->ticket = granted->ticket;
    ready_.push_back(granted->place);
    --waiting_;
  }
  for (const std::uint32_t place : requests_) {
    if (places_[place]->ticket == pace::kNoTicket) ++waited_;
  }
  requests_.clear();
  next_rest_ = courtesy.next(worker_);
  shared_.granted[worker_].store(false, std::memory_order_seq_cst);
}

// The time that it has waited is no shortage's.
std::optional<Visit> PoliteVisits::take(Instant now) {
  if (ready_.empty()) return std::nullopt;
  const std::uint32_t place = ready_.front();
  ready_.pop_front();
  std::optional<Visit> visit = remove(place);
  visit->since = now;
  return visit;
}

std::optional<Visit> PoliteVisits::take_visited() {
  stopped_ = true;
  if (visited_ == 0) return std::nullopt;
  while (!places_[sought_] || places_[sought_]->last == nullptr) ++sought_;
  return remove(static_cast<std::uint32_t>(sought_));
}

Instant PoliteVisits::next(Instant now) const {
  if (!ready_.empty() || !requests_.empty() || !returns_.empty()) return now;
  return std::min(next_rest_, retries_.empty() ? kNever : retries_.top().at);
}

void PoliteVisits::publish() {
  const auto show = [](auto& gauge, auto value) {
    if (gauge.load(std::memory_order_relaxed) != value) {
      gauge.store(value, std::memory_order_relaxed);
    }
  };
  show(waits_.polite, static_cast<std::uint32_t>(waiting_));
  show(waits_.retries, static_cast<std::uint32_t>(retries_.size()));
  show(waits_.next_polite, next_rest_);
  show(waits_.next_retry, retries_.empty() ? kNever : retries_.top().at);
}

}  // namespace mxsweep::scan
