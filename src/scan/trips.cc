// SPDX-License-Identifier: MIT
#include "mxsweep/scan/trips.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "mxsweep/engine/engine.h"
#include "mxsweep/engine/kernel.h"
#include "mxsweep/names/resolve.h"

namespace mxsweep::scan {
namespace {

using roundtrip::Trip;

// For what is under way when the user stops: the end of a step, and QUIT.
constexpr Duration kStopPatience = std::chrono::seconds{3};

struct Host {
  std::vector<Address> addresses{};  // In the order to try them.
  Cause cause = Cause::none;         // Why there are none.
  Duration took{};
};

// A connection of a trip.
struct TripVisit {
  std::unique_ptr<probe::Plan> its_plan;
  std::unique_ptr<targets::Target> its_target;
  std::size_t trip = 0;
  std::size_t leg = 0;
  std::size_t address = 0;  // Which of the host's.

  [[nodiscard]] const targets::Target& target() const { return *its_target; }
  [[nodiscard]] const probe::Plan* plan() const { return its_plan.get(); }
};

Protocol protocol_of(roundtrip::Service service) {
  using roundtrip::Service;
  switch (service) {
    case Service::smtp:
    case Service::smtps: break;
    case Service::imap:
    case Service::imaps: return Protocol::imap;
    case Service::pop3:
    case Service::pop3s: return Protocol::pop3;
  }
  return Protocol::smtp;
}

class Trips {
 public:
  using Visit = TripVisit;

  Trips(std::vector<roundtrip::TripOrder> orders, const TripRun& run) : run_(run) {
    for (roundtrip::TripOrder& order : orders) {
      trips_.push_back({std::make_unique<Trip>(std::move(order), engine::Kernel::now()), {}});
    }
  }

  Status run();

  // The engine's listener.
  void on_end(Visit& visit, probe::Observation&& seen, Instant now);

 private:
  using Engine = engine::Engine<engine::Kernel, Trips>;

  struct Running {
    std::unique_ptr<Trip> trip;
    std::map<std::size_t, Trip::Leg> legs;  // By number; those that run.
    bool reported = false;
  };

  Status resolve_all();
  Result<Host> resolve(const std::string& name) const;
  void begin_legs(Instant now);
  void begin(std::size_t trip, const Trip::Leg& leg, std::size_t address, Instant now);
  void report_ended(Instant now);
  [[nodiscard]] Instant wake() const;
  [[nodiscard]] const Host& host_of(const Trip::Leg& leg) const {
    return hosts_.find(leg.endpoint->host)->second;
  }

  const TripRun& run_;
  std::vector<Running> trips_;
  std::map<std::string, Host> hosts_;
  std::vector<Visit> waiting_;  // To be started when the engine's calls have returned.
  std::size_t left_ = 0;
};

Result<Host> Trips::resolve(const std::string& name) const {
  if (const std::optional<Address> address = parse_address(name)) {
    return Host{.addresses = {*address}};
  }
  targets::Target target;
  target.set_words(name, name, {}, name);
  const Instant began = engine::Kernel::now();
  Result<std::vector<names::Resolved>> servers = names::resolve(target, run_.names);
  if (!servers.ok()) return servers.status();
  Host host{.took = engine::Kernel::now() - began};
  for (const names::Resolved& each : *servers) {
    if (each.cause == Cause::none) host.addresses.push_back(each.task.target.address);
    if (each.cause != Cause::none) host.cause = each.cause;
  }
  return host;
}

Status Trips::resolve_all() {
  for (const Running& running : trips_) {
    for (const roundtrip::Step& step : running.trip->script().steps) {
      const auto* connect = std::get_if<roundtrip::Connect>(&step.action);
      const auto* fetch = std::get_if<roundtrip::Fetch>(&step.action);
      if (connect == nullptr && fetch == nullptr) continue;
      const std::string& name = connect != nullptr ? connect->endpoint.host : fetch->endpoint.host;
      if (hosts_.contains(name)) continue;
      Result<Host> host = resolve(name);
      if (!host.ok()) return host.status();
      hosts_.emplace(name, *std::move(host));
    }
  }
  return {};
}

void Trips::begin(std::size_t trip, const Trip::Leg& leg, std::size_t address, Instant now) {
  const Host& host = host_of(leg);
  if (address >= host.addresses.size()) {
    const Cause cause = host.cause == Cause::none ? Cause::dns_no_data : host.cause;
    return trips_[trip].trip->on_unreachable(leg.number, cause, now);
  }
  trips_[trip].legs.insert_or_assign(leg.number, leg);
  trips_[trip].trip->on_resolved(leg.number, host.addresses[address], host.took);
  Visit visit{.its_plan = std::make_unique<probe::Plan>(run_.plan),
              .its_target = std::make_unique<targets::Target>(),
              .trip = trip,
              .leg = leg.number,
              .address = address};
  visit.its_plan->tls = &run_.client;
  visit.its_plan->wall_at_zero = engine::Kernel::wall_at_zero();
  visit.its_plan->transaction = leg.transaction;
  visit.its_plan->keep_all_replies = true;
  visit.its_plan->session_timeout = leg.time_left;
  visit.its_plan->session_octets_max = leg.session_octets_max;
  visit.its_target->set_words(leg.endpoint->host, leg.endpoint->host, {}, leg.endpoint->host);
  visit.its_target->address = host.addresses[address];
  visit.its_target->port = leg.endpoint->port;
  visit.its_target->tls = leg.tls;
  visit.its_target->protocol = protocol_of(leg.endpoint->service);
  waiting_.push_back(std::move(visit));
}

void Trips::begin_legs(Instant now) {
  for (std::size_t i = 0; i < trips_.size(); ++i) {
    if (trips_[i].reported) continue;
    while (const std::optional<Trip::Leg> leg = trips_[i].trip->next(now)) begin(i, *leg, 0, now);
  }
}

void Trips::on_end(Visit& visit, probe::Observation&& seen, Instant now) {
  Running& running = trips_[visit.trip];
  const Trip::Leg leg = running.legs.at(visit.leg);
  const bool unreached = seen.phase() == Phase::connect && seen.outcome() == Outcome::failed;
  if (unreached && visit.address + 1 < host_of(leg).addresses.size()) {
    return begin(visit.trip, leg, visit.address + 1, now);
  }
  running.legs.erase(visit.leg);
  running.trip->on_end(visit.leg, seen, now);
}

void Trips::report_ended(Instant now) {
  for (Running& running : trips_) {
    if (running.reported || !running.trip->done()) continue;
    running.reported = true;
    --left_;
    run_.on_report(running.trip->report(now), running.trip->script());
  }
}

Instant Trips::wake() const {
  Instant first = kNever;
  for (const Running& running : trips_) {
    if (!running.reported) first = std::min(first, running.trip->wake());
  }
  return first;
}

Status Trips::run() {
  left_ = trips_.size();
  if (const Status resolved = resolve_all(); !resolved.ok()) return resolved;
  // Two connections of a trip at most, one that sends and the mailbox, and their last ones, which
  // may still be closing.
  const auto capacity = static_cast<std::uint32_t>(4 * trips_.size());
  Engine engine(run_.plan, capacity, engine::Kernel::now(), *this);
  const Status opened = engine.open({.submissions = 256, .completions = 1024, .buffers = 64});
  if (!opened.ok()) return opened;
  Instant stop_at = kNever;
  while (true) {
    engine.read_clock();
    begin_legs(engine.now());
    for (Visit& visit : std::exchange(waiting_, {})) {
      static_cast<void>(engine.start(std::move(visit)));
    }
    report_ended(engine.now());
    if (left_ == 0 && engine.size() == 0) break;
    engine.wait(engine.next_wait(std::min(wake(), engine.now() + kStopEvery)));
    engine.work();
    if (engine.failure() != 0) return ring::explain_failure(engine.failure());
    if (stop_at == kNever && run_.stop()) {
      stop_at = engine.now() + kStopPatience;
      for (const Running& running : trips_) running.trip->interrupt();
    }
    if (engine.now() >= stop_at) engine.interrupt_all();
  }
  engine.close();
  return {};
}

}  // namespace

WallTime trip_wall_at_zero() { return engine::Kernel::wall_at_zero(); }

Status run_trips(std::vector<roundtrip::TripOrder> orders, const TripRun& run) {
  return Trips(std::move(orders), run).run();
}

}  // namespace mxsweep::scan
