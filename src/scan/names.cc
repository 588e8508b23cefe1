// SPDX-License-Identifier: MIT
#include "scan/names.h"

#include <algorithm>

#include "mxsweep/core/invariant.h"
#include "mxsweep/ring/clock.h"

namespace mxsweep::scan {
namespace {

constexpr Duration kAgain = std::chrono::seconds{1};  // After our own resolver was silent.
constexpr std::uint32_t kTimeMostUs = targets::Target::kNotResolved - 1;

std::uint32_t microseconds(Duration span) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(span).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(us, 0, kTimeMostUs));
}

}  // namespace

Cause cause_of(dns::Fault fault) {
  switch (fault) {
    case dns::Fault::none: return Cause::none;
    case dns::Fault::name_invalid: return Cause::dns_name_invalid;
    case dns::Fault::nxdomain: return Cause::dns_nxdomain;
    case dns::Fault::no_data: return Cause::dns_no_data;
    case dns::Fault::servfail: return Cause::dns_servfail;
    case dns::Fault::refused: return Cause::dns_refused;
    case dns::Fault::malformed: return Cause::dns_malformed;
    case dns::Fault::alias_loop: return Cause::dns_alias_loop;
    case dns::Fault::timeout: return Cause::dns_timeout;
    case dns::Fault::unreachable: return Cause::local_resolver_unreachable;
    // Only a mail domain's route ends so.
    case dns::Fault::null_mx:
    case dns::Fault::mx_no_address:
    case dns::Fault::mx_is_address:
    case dns::Fault::mx_localhost:
    case dns::Fault::mx_private: break;
  }
  INVARIANT(false && "a fault that no host has");
  return {};
}

std::string Names::open(int wake_descriptor) {
  const auto refusal = ring_.open(
      {.submissions = 64, .completions = 1024, .buffers = 4, .wake_descriptor = wake_descriptor});
  if (refusal) return refusal->cause + "; " + refusal->cure;
  std::string wrong = resolver_.open(options_.resolver);
  open_ = wrong.empty();
  return wrong;
}

void Names::begin(targets::Target&& target, Instant now) {
  now_ = now;
  if (resolver_.reachable()) silent_since_ = now;
  begin_again(std::move(target), now);
}

void Names::begin_again(targets::Target&& target, Instant since) {
  const std::uint32_t number = next_number_++;
  Pending& pending =
      routes_.try_emplace(number, std::move(target), options_.route, since).first->second;
  ask(number, pending);
}

void Names::ask(std::uint32_t number, Pending& pending) {
  for (dns::RouteQuestion question; pending.route.take_question(question);) {
    const std::uint64_t ticket = std::uint64_t{number} << 32 | question.number;
    resolver_.ask(question.name, question.type, ticket, now_);
  }
  if (pending.route.done()) finish(number, pending);
}

void Names::finish(std::uint32_t number, Pending& pending) {
  Resolved resolved{
      .target = std::move(pending.target), .fault = pending.route.fault(), .addresses = {}};
  for (const dns::Destination& destination : pending.route.destinations()) {
    if (destination.address.family != Family::none) {
      resolved.addresses.push_back(destination.address);
    } else if (resolved.fault == dns::Fault::none) {
      resolved.fault = destination.fault;
    }
  }
  const Instant since = pending.since;
  const std::string ascii = pending.route.name().ascii;
  routes_.erase(number);
  if (resolved.addresses.empty() && resolved.fault == dns::Fault::unreachable && braked()) {
    put_off_.push_back({std::move(resolved.target), since, now_ + kAgain});
    return;
  }
  resolved.target.dns_us = microseconds(now_ - since);
  if (!ascii.empty()) resolved.target.use_name(ascii);
  resolved_.push_back(std::move(resolved));
}

void Names::turn(Duration longest) {
  collect();
  if (!resolved_.empty()) longest = Duration::zero();
  if (!put_off_.empty()) longest = std::min(longest, put_off_.front().again - now_);
  now_ = watch_.wait(std::max(longest, Duration::zero()));
  if (resolver_.reachable()) silent_since_ = now_;
  collect();
}

void Names::collect() {
  for (dns::Finished finished; resolver_.take(finished);) {
    const auto number = static_cast<std::uint32_t>(finished.ticket >> 32);
    const auto found = routes_.find(number);
    if (found == routes_.end()) continue;
    found->second.route.on_answer(static_cast<std::uint32_t>(finished.ticket), *finished.answer);
    ask(number, found->second);
  }
  while (!put_off_.empty() && put_off_.front().again <= now_) {
    PutOff again = std::move(put_off_.front());
    put_off_.pop_front();
    begin_again(std::move(again.target), again.since);
  }
}

bool Names::take(Resolved& resolved) {
  if (resolved_.empty()) return false;
  resolved = std::move(resolved_.front());
  resolved_.pop_front();
  return true;
}

}  // namespace mxsweep::scan
