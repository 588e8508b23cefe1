// SPDX-License-Identifier: MIT
#include "scan/input.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <thread>
#include <utility>

#include "mxsweep/core/cause.h"
#include "mxsweep/core/utf8.h"
#include "mxsweep/dns/name.h"
#include "mxsweep/ring/clock.h"
#include "scan/parts.h"

namespace mxsweep::scan {
namespace {

// The workers' doorbells are notified once per this many targets, not once per target.
constexpr std::uint64_t kDealBatch = 64;
constexpr Duration kIdleWait = std::chrono::milliseconds{200};
// A pipe may have no input for hours; every event that ends the wait comes through the ring.
constexpr Duration kListWait = std::chrono::hours{1};

bool stopped(const Gauges& gauges) {
  return gauges.stop.load(std::memory_order_relaxed) != Stop::none;
}

names::NameOptions within(const scope::Scope& scope, names::NameOptions names) {
  names.route.scope = &scope;
  return names;
}

}  // namespace

Input::Input(ListsOptions lists, const names::NameOptions& names, const scope::Scope& scope,
             const IdentityOptions& identity, const probe::Plan& plan, targets::Shard shard,
             const checkpoint::Ledger* before, bool visits)
    : lists_(std::move(lists)),
      before_(before),
      shard_(shard),
      visits_(visits),
      inquires_(names.inquire != nullptr),
      scope_(scope),
      gate_(identity, names, plan.sources),
      plan_(plan),
      names_(within(scope, names)) {}

Status Input::open() {
  if (!bell_.good()) return Status::unusable(std::strerror(bell_.error()));
  return lists_.open();
}

void Input::run(const Workers& workers, const Outboxes& outboxes, Gauges& gauges) {
  recorder_.emplace(outboxes);
  gauges_ = &gauges;
  Task task;
  targets::Target& target = task.target;
  targets::BadLine bad;
  bool more = true;
  while (more && failure_.ok() && !stopped(gauges)) {
    switch (lists_.next(target, bad)) {
      case Lists::Next::target:
        ++targets_;
        if (!was_recorded(target.number)) more = take(task, workers, gauges);
        break;
      case Lists::Next::bad_line: take(bad); break;
      case Lists::Next::wait:
        // A pipe may have no input for a while: the tasks dealt so far should start.
        wake(workers);
        recorder_->flush(ring::now());
        wait_for_list(workers, gauges);
        break;
      case Lists::Next::end: more = false; break;
    }
    if ((targets_ + lines_invalid_) % kDealBatch == 0) {
      wake(workers);
      recorder_->flush_due(ring::now());
    }
    if (recorder_->backpressured()) wait_for_room(gauges);
  }
  wake(workers);
  recorder_->flush(ring::now());
  names_.finish();
  while ((names_.waiting() > 0 || !names_.quiet()) && !stopped(gauges)) {
    wait_for_names(kIdleWait, workers, gauges);
    if (recorder_->backpressured()) wait_for_room(gauges);
  }
  not_started_ += names_.waiting();
  names_.stop_fetches();
  if (failure_.ok()) failure_ = lists_.failure();
  ended_.store(true, std::memory_order_relaxed);
  for (const auto& worker : workers) worker->no_more();
  recorder_->drain();
}

void Input::wake(const Workers& workers) {
  for (const auto& worker : workers) worker->doorbell().notify_if_waiting();
}

// Waits until the list can be read, or something else ends the wait. A terminal or a pipe may have
// no input for hours; the doorbell is notified when the sweep stops.
void Input::wait_for_list(const Workers& workers, const Gauges& gauges) {
  if (names_.is_open()) {
    if (!std::exchange(watched_, true)) names_.watch_also(lists_.descriptor());
    wait_for_names(names_.also_readable() ? Duration::zero() : kListWait, workers, gauges);
    watched_ = !names_.also_readable();
    return;
  }
  bell_.prepare();
  std::array<pollfd, 2> wait{pollfd{.fd = lists_.descriptor(), .events = POLLIN, .revents = 0},
                             pollfd{.fd = bell_.descriptor(), .events = POLLIN, .revents = 0}};
  if (!stopped(gauges)) ::poll(wait.data(), wait.size(), -1);
  bell_.cancel_wait();
  if (wait[1].revents != 0) bell_.wait();
}

// False: the sweep ends.
bool Input::take(Task& task, const Workers& workers, const Gauges& gauges) {
  const scope::Verdict verdict = verdict_on(task.target);
  const bool is_name = task.target.address.family == Family::none;
  const bool is_resolved = is_name && visits_ && verdict.standing != scope::Standing::excluded;
  if (!is_resolved && !is_ours(task.target)) {
    --targets_;
    leave_elsewhere(task.target.number);
    return true;
  }
  task.target.own = verdict.standing == scope::Standing::own;
  if (verdict.standing == scope::Standing::excluded) {
    record_unvisited(task, verdict.cause, Phase::input);
    return true;
  }
  if (is_name || inquires_) return resolve(task.target, workers, gauges);
  deal(task, workers, gauges);
  return true;
}

void Input::take(const targets::BadLine& bad) {
  if (!shard_.has(bad.text)) return leave_elsewhere(bad.number);
  ++lines_invalid_;
  if (!was_recorded(bad.number)) record_bad_line(bad);
}

// Another shard records it.
void Input::leave_elsewhere(std::uint64_t number) {
  ++elsewhere_;
  recorder_->finish(number, nullptr, ring::now());
}

// The servers of a name may belong to several shards, so each of them resolves it. What has no
// address belongs to one of them by its text.
bool Input::is_ours(const targets::Target& target) const {
  if (!visits_) return shard_.has(target.text());
  return target.address.family == Family::none ? shard_.has(target.text())
                                               : shard_.has(target.address);
}

// The verdict on what the list has: the name for TLS and the address. A name to resolve is judged
// with all that it leads to, by its names::Route.
scope::Verdict Input::verdict_on(const targets::Target& target) const {
  scope::Verdict verdict;
  if (const std::string_view name = target.name(); !name.empty()) {
    const bool is_ascii = std::ranges::none_of(name, is_beyond_ascii);
    verdict = scope_.verdict(is_ascii ? name : std::string_view(dns::read_name(name).ascii));
  }
  const bool is_address = target.address.family != Family::none;
  if (verdict.standing == scope::Standing::excluded || !is_address) return verdict;
  return scope_.verdict(target.address, verdict.standing == scope::Standing::own);
}

// False: the resolver cannot be used at all, which ends the sweep.
bool Input::resolve(targets::Target& target, const Workers& workers, const Gauges& gauges) {
  if (!names_.is_open()) {
    const Status opened = names_.open(bell_.descriptor());
    if (!opened.ok()) {
      failure_ = Status::machine(opened.line("; ")).behind("the resolver");
      ++not_started_;
      return false;
    }
  }
  while (names_.full() && !stopped(gauges)) wait_for_names(kIdleWait, workers, gauges);
  names_.begin(std::move(target), ring::now());
  // Answers are read once per batch, not for each name.
  if (names_.waiting() % kDealBatch == 0) wait_for_names(Duration::zero(), workers, gauges);
  return true;
}

void Input::wait_for_names(Duration longest, const Workers& workers, const Gauges& gauges) {
  bell_.prepare();
  names_.excuse_silence(gauges.paused.load(std::memory_order_relaxed));
  names_.turn(stopped(gauges) || names_.has_resolved() ? Duration::zero() : longest);
  bell_.cancel_wait();
  stuck_.store(names_.is_stuck(), std::memory_order_relaxed);
  if (const Status failure = names_.failure(); !failure.ok() && failure_.ok()) {
    failure_ = failure.behind("the resolver");
    gauges_->stop_if_not_stopping();
  }
  deal_resolved(workers, gauges);
}

// A name counts as one target until it is resolved, and then as one for each of its servers.
void Input::deal_resolved(const Workers& workers, const Gauges& gauges) {
  bool any = false;
  for (std::vector<Resolved> servers; names_.take(servers); any = true) {
    const std::uint64_t number = servers.front().task.target.number;
    elsewhere_ +=
        std::erase_if(servers, [&](const Resolved& one) { return !is_ours(one.task.target); });
    if (!visits_) {
      record_resolved(servers);
      continue;
    }
    --targets_;
    targets_ += servers.size();
    if (servers.empty()) {
      recorder_->finish(number, nullptr, ring::now());
      continue;
    }
    leave_out_recorded(servers);
    for (Resolved& server : servers) {
      if (server.cause == Cause::none) {
        deal(server.task, workers, gauges);
      } else {
        record_unvisited(server.task, server.cause, server.phase);
      }
    }
  }
  if (!any) return;
  wake(workers);
  recorder_->flush(ring::now());
}

// All servers of one target, as DNS has them: one line.
void Input::record_resolved(const std::vector<Resolved>& servers) {
  const Task& first = servers.front().task;
  if (first.path == nullptr || first.path->domain.empty()) {
    return record_unvisited(first, servers.front().cause, servers.front().phase);
  }
  names::Domain domain(first.target, *first.path, recorder_->list_name(first.target.list));
  for (const Resolved& server : servers) domain.add_unvisited(server);
  results::Record best = record_of(first, domain.cause(), Phase::dns);
  recorder_->add(domain, best, first.target.number, ring::now());
  count(best);
}

// Prepares the servers of one name: the summary of a mail domain, and what is left of it to record.
void Input::leave_out_recorded(std::vector<Resolved>& servers) {
  const std::uint64_t number = servers.front().task.target.number;
  const checkpoint::Parts* const recorded = before_ == nullptr ? nullptr : before_->find(number);
  const Path* const path = servers.front().task.path.get();
  std::shared_ptr<names::Domain> domain;
  if (recorder_->keeps_domains() && path != nullptr && !path->domain.empty()) {
    const targets::Target& target = servers.front().task.target;
    domain = std::make_shared<names::Domain>(target, *path, recorder_->list_name(target.list));
    if (recorded != nullptr) {
      for (const checkpoint::Part& part : recorded->recorded) {
        if (const auto read = results::read_domain_part(part.note)) domain->add(*read);
      }
    }
  }
  if (recorder_->keeps_journal()) {
    const std::size_t all = servers.size();
    set_parts(servers, recorded);
    recorded_before_.fetch_add(all - servers.size(), std::memory_order_relaxed);
  }
  if (domain != nullptr) {
    domain->expect(servers.size());
    for (Resolved& server : servers) server.task.path->sums_up = domain;
  }
  if (servers.empty()) recorder_->finish(number, domain.get(), ring::now());
}

bool Input::was_recorded(std::uint64_t number) {
  if (before_ == nullptr || !before_->done.contains(number)) return false;
  recorded_before_.fetch_add(1, std::memory_order_relaxed);
  return true;
}

void Input::deal(Task& task, const Workers& workers, const Gauges& gauges) {
  if (!task.target.own && !admit_foreign(task, gauges)) return;
  const std::size_t place = workers.size() == 1 ? 0 : hash(task.target.address) % workers.size();
  Worker& worker = *workers[place];
  while (!worker.offer(task)) {
    worker.doorbell().notify_if_waiting();
    bell_.prepare();
    if (stopped(gauges)) {
      ++not_started_;
      return;
    }
    if (!worker.has_room()) sleep();
    bell_.cancel_wait();
  }
}

// False: it is not visited, for which it has its record, or counts as not started.
bool Input::admit_foreign(const Task& task, const Gauges& gauges) {
  const Cause cause = plan_.depth > kForeignDepthMost   ? Cause::excluded_not_own
                      : gate_.has_our_name(task.target) ? Cause::excluded_own_helo
                                                        : Cause::none;
  if (cause != Cause::none) {
    const bool from_list = task.target.dns_us == targets::Target::kNotResolved;
    record_unvisited(task, cause, from_list ? Phase::input : Phase::dns);
    return false;
  }
  const bool admitted = gate_.admits([this, &gauges] {
    if (names_.is_open() && names_.failure().ok()) names_.turn(Duration::zero());
    return !stopped(gauges);
  });
  if (admitted) {
    gauges_->foreign.fetch_add(1, std::memory_order_relaxed);
  } else {
    ++not_started_;
    if (failure_.ok() && !stopped(gauges)) failure_ = gate_.failure();
  }
  return admitted;
}

// Waits for the doorbell. DNS answers that arrive meanwhile are read, so that this wait does not
// count as time that DNS took.
void Input::sleep() {
  if (names_.is_open() && names_.failure().ok()) {
    names_.turn(kIdleWait);
  } else {
    bell_.wait();
  }
}

void Input::wait_for_room(Gauges& gauges) {
  while (recorder_->backpressured() && !stopped(gauges)) {
    std::this_thread::sleep_for(files::kBackpressureRetry);
    recorder_->flush(ring::now());
  }
}

void Input::record_bad_line(const targets::BadLine& bad) {
  results::Record record;
  record.target = bad.text;
  record.line = bad.line;
  record.list = recorder_->list_name(bad.list);
  record.outcome = Outcome::invalid;
  record.phase = Phase::input;
  record.cause = bad.cause;
  record.meta = bad.meta;
  record.input_key = bad.key;
  record.input_why = bad.why;
  record.at = ring::wall_now();
  recorder_->add(record, bad.number, ring::now());
  count(record);
}

results::Record Input::record_of(const Task& task, Cause cause, Phase phase) const {
  results::Record record;
  record.cause = cause;
  record.outcome = outcome_of(cause);
  record.phase = phase;
  record.at = ring::wall_now();
  recorder_->describe(task, record);
  return record;
}

void Input::record_unvisited(const Task& task, Cause cause, Phase phase) {
  const results::Record record = record_of(task, cause, phase);
  recorder_->add(record, task, ring::now());
  count(record);
}

void Input::count(const results::Record& record) {
  gauges_->outcomes[static_cast<std::size_t>(record.outcome)].fetch_add(1,
                                                                        std::memory_order_relaxed);
}

}  // namespace mxsweep::scan
