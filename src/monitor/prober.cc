// SPDX-License-Identifier: MIT
#include "monitor/prober.h"

#include <algorithm>
#include <utility>

#include "monitor/history_row.h"
#include "mxsweep/core/cause.h"
#include "mxsweep/pace/operator.h"
#include "mxsweep/probe/software.h"
#include "mxsweep/watch/sample.h"

namespace mxsweep::monitor {
namespace {

bool is_time_limit(Cause cause) {
  return cause == Cause::net_timeout || cause == Cause::protocol_silent ||
         cause == Cause::protocol_tarpit;
}

// Of a domain's servers, the best result counts; one that says nothing is better than a bad one.
int rank_of(watch::Verdict verdict) {
  switch (verdict) {
    case watch::Verdict::good: return 0;
    case watch::Verdict::warn: return 1;
    case watch::Verdict::none: return 2;
    case watch::Verdict::bad: break;
  }
  return 3;
}

}  // namespace

void Prober::take_requests(std::size_t room, const watch::Moment& now) {
  if (stopping_) return;
  canaries_.take_requests(now);
  while (ready_.size() + canaries_.ready() + again_.size() < room) {
    const std::optional<watch::ProbeRequest> request = watch_.next_probe(now);
    if (!request) break;
    begin(*request, now);
  }
}

void Prober::begin(const watch::ProbeRequest& request, const watch::Moment& now) {
  const Duration lag = std::max(now.at - request.due, Duration::zero());
  counts_.lag.add(lag);
  counts_.lags.add(lag);
  if (lag > kLate) ++counts_.late;
  pending_[request.monitor] = {.request = request, .number = ++number_};
  const watch::Group& group = group_of(watch_.monitor(request.monitor));
  if (group.run) {
    runs_[number_] = request.monitor;
    return outside_.run(number_, group);
  }
  WatchedName* const name = roster_.name_of(request.monitor);
  if (name == nullptr) return go_on(request.monitor, now);
  switch (Roster::asks(*name, request.fresh, now.at)) {
    case Roster::Asks::before: name->waiting.push_back(request.monitor); return ask(*name);
    case Roster::Asks::beside: ask(*name); break;
    case Roster::Asks::no: break;
  }
  go_on(request.monitor, now);
}

void Prober::ask(WatchedName& name) {
  if (name.asking) return;
  const bool domain = name.domain;
  outside_.ask(roster_.question(name), domain);
}

// What DNS has to say is known by now.
void Prober::go_on(watch::MonitorId monitor, const watch::Moment& now) {
  const auto found = pending_.find(monitor);
  if (found == pending_.end()) return;
  const watch::Monitor& its = watch_.monitor(monitor);
  const WatchedName* const name = roster_.name_of(monitor);
  if (name != nullptr) {
    const bool leads_nowhere = name->cause != Cause::none && !name->resolver_failed;
    if (leads_nowhere || name->servers.empty()) {
      Part part;
      part.address = its.address;
      part.name = its.host;
      part.cause = leads_nowhere ? name->cause : Cause::local_resolver_unreachable;
      part.phase = name->phase;
      found->second.parts = 1;
      return answer({.monitor = monitor, .number = found->second.number, .part = std::move(part)},
                    nullptr, false, now);
    }
    if (name->domain) return visit_domain(monitor, *name, now);
  }
  found->second.parts = 1;
  Part part;
  part.address = its.address;
  part.name = its.host;
  visit(monitor, std::move(part));
}

void Prober::visit_domain(watch::MonitorId monitor, const WatchedName& name,
                          const watch::Moment& now) {
  Pending& pending = pending_[monitor];
  pending.parts = static_cast<std::uint32_t>(name.servers.size());
  pending.several = pending.parts > 1;
  std::vector<Waiter> without;
  for (const NameServer& server : name.servers) {
    Part part;
    part.address = server.address;
    part.name = server.host;
    part.preference = server.preference;
    part.cause = server.cause;
    // A domain without MX records is its own server.
    if (server.host != watch_.monitor(monitor).domain) part.mx_host = server.host;
    if (server.cause == Cause::none) {
      visit(monitor, std::move(part));
    } else {
      without.push_back({.monitor = monitor, .number = pending.number, .part = std::move(part)});
    }
  }
  for (const Waiter& waiter : without) answer(waiter, nullptr, false, now);
}

void Prober::visit(watch::MonitorId monitor, Part&& part) {
  const watch::Monitor& its = watch_.monitor(monitor);
  const Pending& pending = pending_[monitor];
  const visits::ServerKey key{part.address, its.port, roster_.tls_of(monitor),
                              roster_.protocol_of(monitor)};
  Server& server = servers_[key];
  const bool require_valid = group_of(its).require_valid;
  const smtp::Depth depth = pending.request.depth;
  const bool rides = server.visiting && !pending.request.fresh && depth <= server.depth &&
                     require_valid == server.require_valid;
  server.waiters.push_back({.monitor = monitor,
                            .number = pending.number,
                            .depth = depth,
                            .require_valid = require_valid,
                            .rides = rides,
                            .part = std::move(part)});
  if (!rides) queue(key, server);
}

void Prober::queue(const visits::ServerKey& key, Server& server) {
  if (server.visiting || std::exchange(server.queued, true)) return;
  ready_.push_back(key);
}

std::optional<Visit> Prober::next(Instant now) {
  now_ = now;
  if (stopping_ || now < braked_until_) return std::nullopt;
  if (std::optional<Visit> canary = canaries_.next()) return canary;
  if (!again_.empty()) {
    std::optional<Visit> visit = std::move(again_.front());
    again_.pop_front();
    return visit;
  }
  for (take_grants(now); !ready_.empty(); take_grants(now)) {
    const visits::ServerKey key = ready_.front();
    ready_.pop_front();
    const auto found = servers_.find(key);
    Server& server = found->second;
    std::erase_if(server.waiters, [this](const Waiter& waiter) { return find(waiter) == nullptr; });
    if (server.waiters.empty()) {
      if (server.ticket != pace::kNoTicket) courtesy_.give_back(server.ticket, now);
      servers_.erase(found);
    } else if (may_start(key, server, now)) {
      return start(key, server, now);
    }
  }
  return std::nullopt;
}

void Prober::take_grants(Instant now) {
  courtesy_.advance(0, now);
  while (const std::optional<pace::Granted> granted = courtesy_.take_granted(0)) {
    const visits::ServerKey& key = places_[granted->place];
    free_places_.push_back(granted->place);
    servers_[key].ticket = granted->ticket;
    ready_.push_back(key);
  }
}

// False: it waits for the caps now.
bool Prober::may_start(const visits::ServerKey& key, const Server& server, Instant now) {
  if (server.ticket != pace::kNoTicket) return true;
  const bool own = std::ranges::all_of(server.waiters, [this](const Waiter& waiter) {
    return group_of(watch_.monitor(waiter.monitor)).own;
  });
  if (own) return true;
  auto place = static_cast<std::uint32_t>(places_.size());
  if (free_places_.empty()) {
    places_.push_back(key);
  } else {
    place = free_places_.back();
    free_places_.pop_back();
    places_[place] = key;
  }
  courtesy_.request(0, place, key.address, pace::operator_key(server.waiters.front().part.name),
                    now);
  return false;
}

Visit Prober::start(const visits::ServerKey& key, Server& server, Instant now) {
  const Waiter& first = server.waiters.front();
  server.queued = false;
  server.visiting = true;
  server.require_valid = first.require_valid;
  server.depth = first.depth;
  server.name = first.part.name;
  for (Waiter& waiter : server.waiters) {
    if (waiter.require_valid != server.require_valid) continue;
    server.depth = std::max(server.depth, waiter.depth);
    waiter.rides = true;
  }
  Visit visit;
  visit.its_plan = &plans_.of(server.depth, server.require_valid);
  visit.since = now;
  visit.server = key;
  visit.ticket = std::exchange(server.ticket, pace::kNoTicket);
  visit.its_target.set_words({}, server.name, {});
  visit.its_target.address = key.address;
  visit.its_target.port = key.port;
  visit.its_target.tls = key.mode;
  visit.its_target.protocol = key.protocol;
  return visit;
}

void Prober::on_closed(Visit& visit) {
  const pace::Ticket ticket = std::exchange(visit.ticket, pace::kNoTicket);
  if (ticket != pace::kNoTicket) courtesy_.give_back(ticket, now_);
}

void Prober::on_end(Visit& visit, probe::Observation&& seen, Instant now) {
  ++counts_.visits;
  now_ = now;
  if (stopping_ || seen.cause() == Cause::local_interrupted) return;
  if (visit.canary) return canaries_.on_end(visit, seen, now);
  const auto found = servers_.find(visit.server);
  if (found == servers_.end()) return;
  const watch::Moment moment{now, plans_.wall_time(now)};
  const auto shown = std::make_shared<const probe::Observation>(std::move(seen));
  const bool excused = late_turn_ && is_time_limit(shown->cause());
  std::vector<Waiter> waiters = std::exchange(found->second.waiters, {});
  Server& server = found->second;
  server.visiting = false;
  std::vector<Waiter> served;
  for (Waiter& waiter : waiters) {
    const bool same_name = waiter.part.name == server.name || !shown->name_matters();
    if (waiter.rides && same_name) {
      waiter.part.excused = excused;
      served.push_back(std::move(waiter));
    } else {
      waiter.rides = false;
      server.waiters.push_back(std::move(waiter));
    }
  }
  if (server.waiters.empty()) {
    servers_.erase(found);
  } else {
    queue(visit.server, server);
  }
  bool shared = false;
  for (const Waiter& waiter : served) answer(waiter, shown, std::exchange(shared, true), moment);
}

void Prober::on_shortage(Visit&& visit, int error, Instant now) {
  ++counts_.shortages;
  brake_ = std::clamp(brake_ * 2, kBrakeLeast, kBrakeMost);
  braked_until_ = now + brake_;
  if (now - visit.since < kShortagePatience) {
    again_.push_back(std::move(visit));
    visit.ticket = pace::kNoTicket;  // It is that of the visit to come.
    return;
  }
  on_closed(visit);
  const watch::Moment moment{now, plans_.wall_time(now)};
  if (visit.canary) return watch_.on_canary(*visit.canary, false, moment);
  const auto found = servers_.find(visit.server);
  if (found == servers_.end()) return;
  const std::vector<Waiter> waiters = std::exchange(found->second.waiters, {});
  servers_.erase(found);
  for (Waiter waiter : waiters) {
    waiter.part.cause = Cause::local_resource;
    waiter.part.phase = Phase::connect;
    waiter.part.error = error;
    answer(waiter, nullptr, false, moment);
  }
}

Prober::Pending* Prober::find(const Waiter& waiter) {
  const auto found = pending_.find(waiter.monitor);
  const bool same = found != pending_.end() && found->second.number == waiter.number;
  return same ? &found->second : nullptr;
}

void Prober::answer(const Waiter& waiter, const Seen& seen, bool shared, const watch::Moment& now) {
  Pending* const pending = find(waiter);
  if (pending == nullptr) return;
  const watch::Monitor& its = watch_.monitor(waiter.monitor);
  results::Record record = record_of(waiter.monitor, waiter.part, seen.get(), now);
  record.shared = shared;
  if (seen != nullptr) record.software = probe::software_of(plans_.any(), record);
  checker_.on_record(waiter.monitor, record, checks_);
  outside_.record(record, now.at);
  --pending->parts;
  if (!pending->several) return finish(waiter.monitor, waiter.part, seen, now);
  const watch::Verdict verdict = watch::sample_of(record, group_of(its).page_on).verdict;
  if (!pending->best || rank_of(verdict) < rank_of(pending->verdict)) {
    pending->verdict = verdict;
    pending->best = waiter.part;
    pending->seen = seen;
  }
  if (pending->parts > 0) return;
  const Part best = *std::move(pending->best);
  const Seen best_seen = std::move(pending->seen);
  finish(waiter.monitor, best, best_seen, now);
}

void Prober::on_run(const RunResult& result, const watch::Moment& now) {
  const auto found = runs_.find(result.number);
  if (found == runs_.end()) return;
  const watch::MonitorId monitor = found->second;
  runs_.erase(found);
  const auto pending = pending_.find(monitor);
  if (stopping_ || pending == pending_.end() || pending->second.number != result.number) return;
  pending_.erase(pending);
  const watch::Monitor& its = watch_.monitor(monitor);
  results::Record record;
  record.target = its.target;
  record.at = plans_.wall_time(result.began);
  record.outcome = outcome_of(result.cause);
  record.cause = result.cause;
  if (result.cause != Cause::none) record.reply.octets = result.text;
  record.ms.total = result.took;
  outside_.record(record, now.at);
  pass_on(monitor, record, now);
  outside_.show(monitor, result);
}

void Prober::finish(watch::MonitorId monitor, const Part& part, const Seen& seen,
                    const watch::Moment& now) {
  const smtp::Depth depth = pending_[monitor].request.depth;
  pending_.erase(monitor);
  pass_on(monitor, record_of(monitor, part, seen.get(), now), now);
  checker_.on_probed(monitor, depth, now);
}

void Prober::pass_on(watch::MonitorId monitor, const results::Record& record,
                     const watch::Moment& now) {
  ++counts_.results;
  const watch::Monitor& its = watch_.monitor(monitor);
  watch_.on_result(monitor, watch::sample_of(record, group_of(its).page_on), now);
  watch::HistoryRow row = history_row(record);
  row.state = watch_.health(monitor).state;
  row.unobserved = watch_.unobserved(monitor);
  row.maintenance = watch_.in_maintenance(monitor);
  outside_.keep(monitor, its, std::move(row));
}

results::Record Prober::record_of(watch::MonitorId id, const Part& part,
                                  const probe::Observation* seen, const watch::Moment& now) const {
  const watch::Monitor& monitor = watch_.monitor(id);
  results::Record record;
  if (seen != nullptr) {
    record = seen->record(part.name, monitor.domain);
    record.at = plans_.wall_time(seen->started());
  } else {
    record.at = now.wall;
    record.outcome = outcome_of(part.cause);
    record.cause = part.cause;
    record.phase = part.phase;
    record.socket_errno = part.error;
  }
  if (part.excused) {
    record.outcome = Outcome::local;
    record.cause = Cause::local_resource;
  }
  record.target = monitor.target;
  record.line = roster_.line_of(id);
  if (record.line != 0) record.list = group_of(monitor).name;
  record.meta = monitor.meta;
  record.domain = monitor.domain;
  record.mx_host = part.mx_host;
  record.mx_preference = part.preference;
  record.ip = part.address;
  record.port = monitor.port;
  record.protocol = roster_.protocol_of(id);
  record.name = part.name;
  return record;
}

void Prober::on_names(const std::vector<names::Resolved>& servers, const watch::Moment& now) {
  if (Canaries::asked_for(servers.front().task.target)) return canaries_.on_names(servers, now);
  WatchedName* const name = roster_.on_answer(servers, now);
  if (name == nullptr) return;
  for (const watch::MonitorId monitor : std::exchange(name->waiting, {})) go_on(monitor, now);
}

}  // namespace mxsweep::monitor
