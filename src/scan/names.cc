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
    case dns::Fault::null_mx: return Cause::config_null_mx_or_no_mail;
    case dns::Fault::mx_no_address: return Cause::dns_mx_no_address;
    case dns::Fault::mx_is_address: return Cause::config_mx_is_address;
    case dns::Fault::mx_localhost: return Cause::config_mx_localhost;
    case dns::Fault::unusable_address: return Cause::dns_unusable_address;
    case dns::Fault::mx_private: return Cause::config_mx_private_ip;
  }
  INVARIANT(false && "a fault outside its list");
  return {};
}

bool is_unreachable(const dns::Destination& destination) {
  return destination.fault == dns::Fault::unreachable;
}

}  // namespace

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
  octets_ += target.octets_held();
  if (resolver_.reachable()) silent_since_ = now;
  begin_again(std::move(target), now);
}

void Names::begin_again(targets::Target&& target, Instant since) {
  const std::uint32_t number = next_number_++;
  Pending& pending = routes_.try_emplace(number, std::move(target), options_, since).first->second;
  ask(number, pending);
}

void Names::ask(std::uint32_t number, Pending& pending) {
  for (dns::RouteQuestion question; pending.route.take_question(question);) {
    if (hear_) hear_(question, nullptr);
    const std::uint64_t ticket = std::uint64_t{number} << 32 | question.number;
    resolver_.ask(question.name, question.type, ticket, now_);
  }
  if (pending.route.done()) finish(number, pending);
}

void Names::finish(std::uint32_t number, Pending& pending) {
  std::vector<dns::Destination> destinations = pending.route.destinations();
  if (destinations.empty()) destinations.emplace_back().fault = pending.route.fault();
  if (braked() && std::any_of(destinations.begin(), destinations.end(), is_unreachable)) {
    put_off_.push_back({std::move(pending.target), pending.since, now_ + kAgain});
  } else {
    pending.target.dns_us = microseconds(now_ - pending.since);
    resolved_.push_back({std::move(pending), std::move(destinations)});
  }
  routes_.erase(number);
}

Resolved Names::resolve(const Pending& pending, dns::Destination&& destination) const {
  const dns::Name& name = pending.route.name();
  Resolved resolved{.errand = {.target = pending.target, .path = nullptr},
                    .cause = cause_of(destination.fault)};
  if (destination.fault == dns::Fault::mx_private && options_.visit_private) {
    resolved.cause = Cause::none;
  }
  resolved.errand.target.address = destination.address;
  auto path = std::make_unique<Path>();
  path->unicode = name.unicode;
  path->authentic = destination.authentic;
  path->findings = pending.route.findings();
  path->findings.add(destination.findings);
  if (options_.mail_domains) path->domain = name.ascii;
  // Where the domain is its own server there was no MX record.
  const bool has_mx = options_.mail_domains && !destination.host.empty() &&
                      !path->findings.has(Finding::implicit_mx);
  const bool has_server = destination.address.family != Family::none;
  if (has_server || !options_.mail_domains) resolved.errand.target.use_name(destination.host);
  if (has_mx) {
    path->mx_host = std::move(destination.host);
    path->mx_preference = destination.preference;
  }
  const bool says_nothing =
      path->domain.empty() && path->unicode.empty() && !path->authentic && path->findings.empty();
  if (!says_nothing) resolved.errand.path = std::move(path);
  return resolved;
}

void Names::turn(Duration longest) {
  const std::size_t resolved_before = resolved_.size();
  collect();
  if (resolved_.size() > resolved_before) longest = Duration::zero();
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
    dns::Route& route = found->second.route;
    const auto question = static_cast<std::uint32_t>(finished.ticket);
    if (hear_) hear_(route.question(question), finished.answer.get());
    route.on_answer(question, *finished.answer);
    ask(number, found->second);
  }
  while (!put_off_.empty() && put_off_.front().again <= now_) {
    PutOff again = std::move(put_off_.front());
    put_off_.pop_front();
    begin_again(std::move(again.target), again.since);
  }
}

bool Names::take(std::vector<Resolved>& resolved) {
  if (resolved_.empty()) return false;
  Finished finished = std::move(resolved_.front());
  resolved_.pop_front();
  octets_ -= finished.pending.target.octets_held();
  resolved.clear();
  for (dns::Destination& destination : finished.destinations) {
    resolved.push_back(resolve(finished.pending, std::move(destination)));
  }
  return true;
}

}  // namespace mxsweep::scan
