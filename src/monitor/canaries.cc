// SPDX-License-Identifier: MIT
#include "monitor/canaries.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "monitor/roster.h"
#include "mxsweep/core/cause.h"

namespace mxsweep::monitor {
namespace {

// Tickets of canaries' names among those of the roster, whose upper half is a generation.
constexpr std::uint64_t kCanaryTicket = std::uint64_t{1} << 63;

}  // namespace

void Canaries::take_requests(const watch::Moment& now) {
  while (const auto request = watch_.next_canary(now)) begin(*request, now);
}

void Canaries::begin(const watch::CanaryRequest& request, const watch::Moment& now) {
  const std::vector<watch::Canary>& canaries = watch_.settings().vantage.canaries;
  const targets::Target& target = canaries[request.canary].target;
  if (target.address.family != Family::none) return visit(request, target, now);
  names_.resize(canaries.size());
  Name& name = names_[request.canary];
  const bool known = name.address.family != Family::none;
  if (!known) name.waiting.push_back(request);
  if (!name.asking && (!known || now.at - kNameAge >= name.answered)) {
    name.asking = true;
    targets::Target question = target;
    question.number = kCanaryTicket | request.canary;
    outside_.ask(std::move(question), false);
  }
  if (!known) return;
  targets::Target resolved = target;
  resolved.address = name.address;
  visit(request, resolved, now);
}

void Canaries::visit(const watch::CanaryRequest& request, const targets::Target& target,
                     const watch::Moment& now) {
  const bool greets = watch_.settings().vantage.canaries[request.canary].greets;
  ready_.push_back({.its_target = target,
                    .its_plan = &plans_.of_canary(greets),
                    .since = now.at,
                    .canary = request});
}

std::optional<Visit> Canaries::next() {
  if (ready_.empty()) return std::nullopt;
  std::optional<Visit> visit = std::move(ready_.front());
  ready_.pop_front();
  return visit;
}

bool Canaries::asked_for(const targets::Target& question) {
  return (question.number & kCanaryTicket) != 0;
}

void Canaries::on_names(const std::vector<names::Resolved>& servers, const watch::Moment& now) {
  const std::size_t number = servers.front().task.target.number & ~kCanaryTicket;
  if (number >= names_.size()) return;
  Name& name = names_[number];
  name.asking = false;
  name.answered = now.at;
  const auto usable = std::ranges::find(servers, Cause::none, &names::Resolved::cause);
  if (usable != servers.end()) name.address = usable->task.target.address;
  for (const watch::CanaryRequest& request : std::exchange(name.waiting, {})) {
    if (usable == servers.end()) {
      watch_.on_canary(request, false, now);
    } else {
      visit(request, usable->task.target, now);
    }
  }
}

void Canaries::on_end(const Visit& visit, const probe::Observation& seen, Instant now) {
  const bool greets = visit.its_plan == &plans_.of_canary(true);
  const bool answered = greets ? seen.bytes_in() > 0 : seen.outcome() == Outcome::ok;
  watch_.on_canary(*visit.canary, answered, {now, plans_.wall_time(now)});
}

void Canaries::forget() {
  names_.clear();
  ready_.clear();
}

}  // namespace mxsweep::monitor
