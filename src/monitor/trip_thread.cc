// SPDX-License-Identifier: MIT
#include "monitor/trip_thread.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "mxsweep/core/cause.h"
#include "mxsweep/ring/clock.h"
#include "mxsweep/sasl/exchange.h"

namespace mxsweep::monitor {
namespace {

constexpr Duration kTripWait = std::chrono::seconds{10};  // The bell ends it.

RunResult not_made(std::uint64_t number, const Status& why) {
  return {.number = number,
          .cause = Cause::local_check_not_run,
          .text = why.sentence(),
          .began = ring::now()};
}

names::NameOptions named_by_the_user(names::NameOptions options, const scope::Scope& scope) {
  options.route.scope = &scope;
  return options;
}

}  // namespace

TripThread::TripThread(const std::string& helo, const Machine& machine, threads::Doorbell& bell)
    : helo_(helo),
      sources_(machine.sources),
      tls_(machine.tls),
      results_(bell),
      names_(named_by_the_user(machine.names, scope_), own_bell_),
      programs_(own_bell_) {
  scope_.allow_private = true;
}

void TripThread::run(std::uint64_t number, const std::string& name) {
  Order order{.number = number, .name = name, .recipe = recipes_->find(name)->second};
  if (!std::exchange(started_, true)) {
    const int error =
        own_bell_.good() ? thread_.start("trips", [this] { serve(); }) : own_bell_.error();
    if (error != 0) fail(Status::machine(std::strerror(error)));
  }
  Status failed;
  {
    const std::lock_guard lock(lock_);
    failed = failure_;
    if (failed.ok()) ordered_.push_back(std::move(order));
  }
  failed.ok() ? own_bell_.notify_if_waiting() : pass_on(not_made(number, failed));
}

void TripThread::fail(const Status& why) {
  const std::lock_guard lock(lock_);
  failure_ = why.behind("round trips");
}

Status TripThread::failure() const {
  const std::lock_guard lock(lock_);
  return failure_;
}

void TripThread::stop() {
  ends_ = true;
  own_bell_.notify();
  thread_.join();
}

Status TripThread::open() {
  plan_.emplace(helo_);
  plan_->sources = sources_;
  if (Status opened = client_.open(tls_); !opened.ok()) return opened;
  trips_.emplace(*plan_, client_, kTripsAtOnce,
                 [this](std::uint64_t number, const roundtrip::Report& report,
                        const roundtrip::Script& /*script*/) { end(report, number); });
  return trips_->open(own_bell_.descriptor());
}

void TripThread::serve() {
  Status failure = open();
  while (!ends_ && failure.ok()) {
    own_bell_.prepare();
    go_on(ring::now());
    trips_->turn(ends_ ? ring::now() : wake());
    own_bell_.cancel_wait();
    failure = trips_->failure();
  }
  if (!failure.ok()) {
    fail(failure);
    take_orders(ring::now());
    for (const auto& [number, order] : orders_) pass_on(not_made(number, failure));
    for (const auto& [number, began] : began_) pass_on(not_made(number, failure));
    return;
  }
  trips_->interrupt();
  while (!trips_->idle() && trips_->failure().ok()) trips_->turn(ring::now() + kTripWait);
  trips_->close();
}

void TripThread::go_on(Instant now) {
  take_orders(now);
  for (auto& [number, order] : orders_) {
    if (!order.begun && now >= order.not_before) begin_questions(order, now);
  }
  take_secrets();
  take_names(now);
  begin_trips();
}

void TripThread::take_orders(Instant now) {
  std::deque<Order> ordered;
  {
    const std::lock_guard lock(lock_);
    ordered.swap(ordered_);
  }
  for (Order& order : ordered) {
    const auto last = last_.find(order.name);
    order.not_before = last == last_.end() ? now : std::max(now, last->second + watch::kTripBreak);
    last_[order.name] = order.not_before;
    const std::uint64_t number = order.number;
    orders_.emplace(number, std::move(order));
  }
  std::erase_if(last_, [now](const auto& last) { return last.second + watch::kTripBreak <= now; });
}

void TripThread::begin_questions(Order& order, Instant now) {
  order.begun = true;
  order.asked = now;
  ask_secret(order, order.recipe.accounts.send, true);
  ask_secret(order, order.recipe.accounts.fetch, false);
  for (const std::string& host : trips::hosts_of(order.recipe.script)) ask_name(order, host);
}

void TripThread::ask_secret(Order& order, const config::ConfiguredAccount& account,
                            bool of_sender) {
  if (account.command.empty()) return;
  ++order.secrets_open;
  questions_[++question_] = {.order = order.number, .of_sender = of_sender};
  // One octet more shows that there is too much.
  programs_.run({.number = question_,
                 .command = account.command,
                 .timeout = trips::kCommandPatience,
                 .keep = {.octets_max = sasl::kTokenOctetsMax + 1, .errors = false}});
}

void TripThread::ask_name(Order& order, const std::string& host) {
  if (const std::optional<Address> address = parse_address(host)) {
    order.hosts[host] = {.addresses = {*address}};
    return;
  }
  ++order.names_open;
  questions_[++question_] = {.order = order.number, .host = host};
  targets::Target target;
  target.set_words(host, host, {}, host);
  target.number = question_;
  names_.ask(std::move(target), false);
}

void TripThread::take_secrets() {
  for (ProgramResult ended; programs_.take(ended);) {
    const Question question = std::move(questions_.extract(ended.number).mapped());
    Order& order = orders_.at(question.order);
    --order.secrets_open;
    config::Accounts& accounts = order.recipe.accounts;
    config::ConfiguredAccount& account = question.of_sender ? accounts.send : accounts.fetch;
    const Result<std::string> secret = programs::printed_by(ended.end, sasl::kTokenOctetsMax);
    if (secret.ok()) {
      account.secret = Secret(*secret);
    } else {
      order.local_fault = account.command.front() + ": " + secret.status().sentence();
    }
  }
}

void TripThread::take_names(Instant now) {
  for (std::vector<names::Resolved> servers; names_.take(servers);) {
    const auto found = questions_.extract(servers.front().task.target.number);
    const Question& question = found.mapped();
    Order& order = orders_.at(question.order);
    --order.names_open;
    const trips::Host& host = order.hosts[question.host] =
        trips::host_of(servers, now - order.asked);
    if (!host.addresses.empty() || outcome_of(host.cause) != Outcome::local) continue;
    order.local_fault = explain(host.cause);
    order.local_cause = host.cause;
  }
}

void TripThread::begin_trips() {
  for (auto each = orders_.begin(); each != orders_.end();) {
    Order& order = each->second;
    if (!order.begun || order.secrets_open > 0 || order.names_open > 0) {
      ++each;
      continue;
    }
    if (!order.local_fault.empty()) {
      pass_on({.number = order.number,
               .cause = order.local_cause,
               .text = order.local_fault,
               .began = order.asked});
    } else if (trips_->size() < kTripsAtOnce) {
      began_[order.number] = order.asked;
      trips_->add(order.number, trips::order_of(order.recipe), std::move(order.hosts));
    } else {
      ++each;
      continue;
    }
    each = orders_.erase(each);
  }
}

Instant TripThread::wake() const {
  Instant first = ring::now() + kTripWait;
  for (const auto& [number, order] : orders_) {
    if (!order.begun) first = std::min(first, order.not_before);
  }
  return first;
}

void TripThread::end(const roundtrip::Report& report, std::uint64_t number) {
  RunResult result{.number = number, .began = began_.extract(number).mapped()};
  judge_trip(report, result);
  pass_on(std::move(result));
}

void TripThread::pass_on(RunResult&& result) {
  if (!ends_) results_.push(std::move(result));
}

}  // namespace mxsweep::monitor
