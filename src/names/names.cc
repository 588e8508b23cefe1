// SPDX-License-Identifier: MIT
#include "mxsweep/names/names.h"

#include <algorithm>

#include "mxsweep/core/invariant.h"
#include "mxsweep/ring/clock.h"

namespace mxsweep::names {
namespace {

constexpr Duration kRetryAfter = std::chrono::seconds{1};  // While our resolver does not answer.
constexpr std::uint32_t kTimeMostUs = targets::Target::kNotResolved - 1;

std::uint32_t microseconds(Duration span) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(span).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(us, 0, kTimeMostUs));
}

constexpr std::uint32_t kOfInquiry = 1U << 31U;  // In the number of a question.
constexpr std::uint32_t kShared = UINT32_MAX;    // The number of what all inquiries share.

bool is_unreachable(const Destination& destination) {
  return destination.error == Cause::local_resolver_unreachable;
}

}  // namespace

Names::Pending::Pending(targets::Target&& its_target, bool is_domain, const NameOptions& options,
                        Instant its_since)
    : target(std::move(its_target)), mail_domain(is_domain), since(its_since) {
  static const dns::Name kNoName;
  if (target.address.family == Family::none) {
    route.emplace(mail_domain ? RouteKind::mail_domain : RouteKind::host, target.host(),
                  options.route);
  }
  // Nothing is asked about a name that is excluded, or that is none.
  const bool asks = !route || !route->done();
  if (asks && options.inquire) inquiry = options.inquire(target, route ? route->name() : kNoName);
}

// Requires: the route, if any, is done.
std::vector<Destination> Names::Pending::destinations() const {
  std::vector<Destination> all;
  if (route) {
    all = route->destinations();
    if (all.empty()) all.emplace_back().error = route->error();
  } else {
    Destination& only = all.emplace_back();
    only.host = target.name();
    only.address = target.address;
  }
  return all;
}

Status Names::open(int wake_descriptor) {
  Status opened = ring_.open(
      {.submissions = 64, .completions = 1024, .buffers = 4, .wake_descriptor = wake_descriptor});
  if (opened.ok()) opened = resolver_.open(options_.resolver);
  if (opened.ok() && options_.fetcher) {
    INVARIANT(wake_descriptor >= 0);
    options_.fetcher->scope = options_.route.scope;
    opened = fetcher_.open(*options_.fetcher, wake_descriptor);
  }
  open_ = opened.ok();
  return opened;
}

void Names::begin(targets::Target&& target, bool mail_domain, Instant now) {
  now_ = now;
  octets_ += target.octets_held();
  if (resolver_.reachable() || excused_) silent_since_ = now;
  begin_again(std::move(target), mail_domain, now);
}

void Names::begin_again(targets::Target&& target, bool mail_domain, Instant since) {
  if (next_number_ == kShared) ++next_number_;
  const std::uint32_t number = next_number_++;
  Pending& pending =
      routes_.try_emplace(number, std::move(target), mail_domain, options_, since).first->second;
  ask(number, pending);
}

void Names::ask(std::uint32_t number, Pending& pending) {
  const std::uint64_t ticket = std::uint64_t{number} << 32;
  for (RouteQuestion question; pending.route && pending.route->take_question(question);) {
    if (on_lookup_) on_lookup_(question, nullptr);
    resolver_.ask(question.name, question.type, ticket | question.number, now_);
  }
  if (!pending.led_to && (!pending.route || pending.route->done())) {
    pending.led_to = now_;
    if (pending.inquiry) pending.inquiry->on_destinations(pending.destinations());
  }
  for (dns::Question question; pending.inquiry && pending.inquiry->take_question(question);) {
    resolver_.ask(question.name, question.type, ticket | question.number | kOfInquiry, now_,
                  question.checking);
  }
  for (fetch::Request request; pending.inquiry && pending.inquiry->take_request(request);) {
    request.ticket |= ticket;
    requests_.push_back(std::move(request));
  }
  if (pending.led_to && (!pending.inquiry || pending.inquiry->done())) finish(number, pending);
}

void Names::answer(Pending& pending, std::uint32_t question, const dns::Answer& answer) {
  if ((question & kOfInquiry) != 0) {
    pending.inquiry->on_answer(question & ~kOfInquiry, answer);
  } else {
    if (on_lookup_) on_lookup_(pending.route->question(question), &answer);
    pending.route->on_answer(question, answer);
  }
}

void Names::finish(std::uint32_t number, Pending& pending) {
  std::vector<Destination> destinations = pending.destinations();
  const bool excluded = pending.route && pending.route->excluded_as_listed();
  if (excluded && !pending.mail_domain) destinations.front().host = pending.route->name().ascii;
  if (awaits_resolver() && std::any_of(destinations.begin(), destinations.end(), is_unreachable)) {
    retry_queue_.push_back(
        {std::move(pending.target), pending.mail_domain, pending.since, now_ + kRetryAfter});
  } else {
    if (pending.route && !excluded) {
      pending.target.dns_us = microseconds(*pending.led_to - pending.since);
    }
    resolved_.push_back({std::move(pending), std::move(destinations)});
  }
  routes_.erase(number);
}

Resolved Names::resolve(const Pending& pending, Destination&& destination) {
  Resolved resolved{.task = {.target = pending.target, .path = nullptr},
                    .cause = destination.error};
  if (!pending.route) {
    if (pending.inquiry) {
      resolved.task.path = std::make_unique<Path>();
      resolved.task.path->inquiry = pending.inquiry;
    }
    return resolved;
  }
  const dns::Name& name = pending.route->name();
  if (pending.route->excluded_as_listed()) resolved.phase = Phase::input;
  resolved.task.target.address = destination.address;
  resolved.task.target.own = resolved.task.target.own || destination.own;
  auto path = std::make_unique<Path>();
  path->unicode = name.unicode;
  path->authentic = destination.authentic;
  path->inquiry = pending.inquiry;
  path->findings = pending.route->findings();
  path->findings.add(destination.findings);
  if (pending.mail_domain) path->domain = name.ascii;
  // A domain that is its own server has no MX record.
  const bool has_mx =
      pending.mail_domain && !destination.host.empty() && !path->findings.has(Finding::implicit_mx);
  const bool has_server = destination.address.family != Family::none;
  if (has_server || !pending.mail_domain) resolved.task.target.use_name(destination.host);
  if (has_mx) {
    path->mx_host = std::move(destination.host);
    path->mx_preference = destination.preference;
  }
  const bool path_is_empty = path->domain.empty() && path->unicode.empty() && !path->authentic &&
                             path->findings.empty() && path->inquiry == nullptr;
  if (!path_is_empty) resolved.task.path = std::move(path);
  return resolved;
}

void Names::turn(Duration longest) {
  const std::size_t resolved_before = resolved_.size();
  collect();
  if (resolved_.size() > resolved_before) longest = Duration::zero();
  if (options_.shared) longest = std::min(longest, options_.shared->next_time() - now_);
  if (!retry_queue_.empty()) longest = std::min(longest, retry_queue_.front().again - now_);
  now_ = watch_.wait(std::max(longest, Duration::zero()));
  if (resolver_.reachable() || excused_) silent_since_ = now_;
  collect();
}

void Names::collect() {
  for (dns::Finished finished; resolver_.take(finished);) {
    const auto number = static_cast<std::uint32_t>(finished.ticket >> 32);
    if (number == kShared) {
      options_.shared->on_answer(static_cast<std::uint32_t>(finished.ticket), *finished.answer);
      continue;
    }
    const auto found = routes_.find(number);
    if (found == routes_.end()) continue;
    answer(found->second, static_cast<std::uint32_t>(finished.ticket), *finished.answer);
    ask(number, found->second);
  }
  collect_documents();
  while (!retry_queue_.empty() && retry_queue_.front().again <= now_) {
    Retry again = std::move(retry_queue_.front());
    retry_queue_.pop_front();
    begin_again(std::move(again.target), again.mail_domain, again.since);
  }
  if (options_.shared) ask_shared();
}

void Names::ask_shared() {
  SharedInquiry& shared = *options_.shared;
  shared.on_time(now_, ring::wall_now());
  for (dns::Question question; shared.take_question(question);) {
    resolver_.ask(question.name, question.type, std::uint64_t{kShared} << 32 | question.number,
                  now_, question.checking);
  }
  if (std::exchange(changes_seen_, shared.changes()) == shared.changes()) return;
  for (auto next = routes_.begin(); next != routes_.end();) {
    auto& [number, pending] = *next++;  // Which may be finished by this.
    if (pending.inquiry) pending.inquiry->wake();
    ask(number, pending);
  }
}

void Names::collect_documents() {
  for (fetch::Fetched fetched; fetcher_.take(fetched);) {
    const auto number = static_cast<std::uint32_t>(fetched.ticket >> 32);
    const auto found = routes_.find(number);
    INVARIANT(found != routes_.end());  // An inquiry is not done before its documents are there.
    fetched.ticket = static_cast<std::uint32_t>(fetched.ticket);
    found->second.inquiry->on_fetched(std::move(fetched));
    ask(number, found->second);
  }
  for (; !requests_.empty() && !fetcher_.full(); requests_.pop_front()) {
    fetcher_.begin(std::move(requests_.front()));
  }
}

bool Names::take(std::vector<Resolved>& resolved) {
  if (resolved_.empty()) return false;
  Finished finished = std::move(resolved_.front());
  resolved_.pop_front();
  octets_ -= finished.pending.target.octets_held();
  resolved.clear();
  for (Destination& destination : finished.destinations) {
    resolved.push_back(resolve(finished.pending, std::move(destination)));
  }
  return true;
}

}  // namespace mxsweep::names
