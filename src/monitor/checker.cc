// SPDX-License-Identifier: MIT
#include "monitor/checker.h"

#include <algorithm>
#include <utility>

#include "mxsweep/checks/words.h"
#include "mxsweep/core/cause.h"
#include "mxsweep/watch/slow_checks.h"

namespace mxsweep::monitor {
namespace {

// Whether it is not known what the name leads to.
bool leaves_open(Cause cause) {
  return cause == Cause::dns_servfail || cause == Cause::dns_refused ||
         cause == Cause::dns_malformed || cause == Cause::dns_timeout ||
         outcome_of(cause) == Outcome::local;
}

constexpr std::string_view kBlocklists = "dnsbl:";

}  // namespace

std::string_view blocklists_of(std::string_view word) {
  return word.starts_with(kBlocklists) ? word.substr(kBlocklists.size()) : std::string_view();
}

CheckPlan plan_of(const watch::Group& group) {
  CheckPlan plan{.domain = !group.domains.empty()};
  for (const std::string& word : group.checks.words) {
    if (!blocklists_of(word).empty()) {
      plan.blocklists = true;
    } else {
      static_cast<void>(checks::add_check(word, plan.options));
    }
  }
  plan.options.role = group.checks.role;
  plan.options.visits = !plan.domain;  // Its line has what DNS has on the servers.
  return plan;
}

std::string check_fault(const std::string& word, bool domains) {
  if (word.starts_with(kBlocklists)) {
    return blocklists_of(word).empty() ? "dnsbl: needs the file that says which lists to ask" : "";
  }
  checks::Options options;
  if (Status read = checks::add_check(word, options); !read.ok()) return read.sentence();
  if (domains || options.dane || options.names) return {};
  return "'" + word + "' is a check of mail domains, and the group has targets";
}

const watch::Group& Checker::group_of(watch::MonitorId monitor) const {
  return watch_.settings().groups[watch_.monitor(monitor).group];
}

void Checker::take_requests(const watch::Moment& now) {
  now_ = now;
  while (const auto request = watch_.next_check(now)) {
    const watch::MonitorId monitor = request->monitor;
    targets::Target target = target_of(monitor);
    target.number = ++number_;
    pending_[monitor] = {.number = number_};
    asked_[number_] = monitor;
    outside_.ask_checks(std::move(target), plan_for(monitor));
  }
}

CheckPlan Checker::plan_for(watch::MonitorId monitor) const {
  CheckPlan plan = plan_of(group_of(monitor));
  // So that a list that dies does not end what it has listed.
  plan.options.absence_doubted = watch_.slow_checks().has_open(monitor);
  return plan;
}

targets::Target Checker::target_of(watch::MonitorId monitor) {
  const watch::Monitor& its = watch_.monitor(monitor);
  targets::Target target;
  if (const WatchedName* const name = roster_.name_of(monitor)) {
    target = name->target;
    if (its.address.family != Family::none) target.set_words(its.target, its.host, {});
  } else {
    target.set_words(its.target, its.host, {});
  }
  target.address = its.address;
  target.port = its.port;
  return target;
}

void Checker::on_answer(const std::vector<names::Resolved>& servers, const watch::Moment& now) {
  const auto asked = asked_.find(servers.front().task.target.number);
  if (asked == asked_.end()) return;
  const watch::MonitorId monitor = asked->second;
  const std::uint64_t number = asked->first;
  asked_.erase(asked);
  const auto found = pending_.find(monitor);
  // The monitor is gone: Watch waits for the answer, to give its id away.
  if (found == pending_.end() || found->second.number != number) {
    return watch_.on_checks(monitor, {}, now);
  }
  record_domain(monitor, servers, now);
  Pending& pending = found->second;
  const names::Path* const path = servers.front().task.path.get();
  if (path != nullptr) {
    pending.survey = std::static_pointer_cast<const checks::Survey>(path->inquiry);
  }
  pending.whole = std::ranges::none_of(
      servers, [](const names::Resolved& server) { return leaves_open(server.cause); });
  if (pending.survey == nullptr || !plan_of(group_of(monitor)).options.dane) {
    return finish(monitor, now);
  }
  pending.waits = true;
  watch_.ask(monitor, now);
}

void Checker::record_domain(watch::MonitorId monitor, const std::vector<names::Resolved>& servers,
                            const watch::Moment& now) {
  const names::Task& first = servers.front().task;
  if (first.path == nullptr || first.path->domain.empty()) return;
  names::Domain domain(first.target, *first.path, group_of(monitor).name);
  for (const names::Resolved& server : servers) domain.add_unvisited(server);
  outside_.record(domain, now.at);
}

void Checker::on_record(watch::MonitorId monitor, results::Record& record, std::string& json) {
  const auto found = pending_.find(monitor);
  if (found == pending_.end() || !found->second.waits) return;
  Pending& pending = found->second;
  json.clear();
  pending.survey->append_server(record, json);
  record.checks = json;
  for (checks::Checked& check : pending.survey->checked(record)) {
    pending.seen.push_back(std::move(check));
  }
}

void Checker::on_probed(watch::MonitorId monitor, smtp::Depth depth, const watch::Moment& now) {
  const auto found = pending_.find(monitor);
  if (found == pending_.end() || !found->second.waits) return;
  if (depth >= smtp::Depth::tls) return finish(monitor, now);
  found->second.seen.clear();  // It had begun before it was asked to go so far.
}

void Checker::finish(watch::MonitorId monitor, const watch::Moment& now) {
  const auto found = pending_.find(monitor);
  const Pending pending = std::move(found->second);
  pending_.erase(found);
  watch::CheckSample sample{.checks = {}, .whole = pending.whole && pending.survey != nullptr};
  std::vector<checks::Checked> all;
  if (pending.survey != nullptr) all = pending.survey->checked();
  for (checks::Checked& check : all) {
    const auto seen = std::ranges::find(pending.seen, check.check, &checks::Checked::check);
    const checks::Checked& latest = seen == pending.seen.end() ? check : *seen;
    sample.checks.push_back({latest.check, latest.answered, latest.findings});
  }
  watch_.on_checks(monitor, sample, now);
}

void Checker::forget(watch::MonitorId monitor) {
  const auto found = pending_.find(monitor);
  if (found == pending_.end()) return;
  const bool waits = found->second.waits;
  pending_.erase(found);
  if (waits) watch_.on_checks(monitor, {}, now_);
}

}  // namespace mxsweep::monitor
