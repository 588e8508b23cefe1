// SPDX-License-Identifier: MIT
#include "mxsweep/trips/trips.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "mxsweep/core/invariant.h"
#include "mxsweep/engine/engine.h"
#include "mxsweep/engine/kernel.h"

namespace mxsweep::trips {
namespace {

using roundtrip::Trip;

// For what is under way when the user stops: the end of a step, and QUIT.
constexpr Duration kStopPatience = std::chrono::seconds{3};
// Two connections of a trip at most, one that sends and the mailbox, and their last ones, which may
// still be closing.
constexpr std::size_t kConnectionsEach = 4;

// A connection of a trip.
struct TripVisit {
  std::unique_ptr<probe::Plan> its_plan;
  std::unique_ptr<targets::Target> its_target;
  std::uint64_t place = 0;  // Of the trip.
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

}  // namespace

struct Trips::Parts {
  using Visit = TripVisit;
  using Engine = engine::Engine<engine::Kernel, Parts>;

  struct Running {
    std::uint64_t number = 0;
    std::unique_ptr<Trip> trip;
    Hosts hosts;
    std::map<std::size_t, Trip::Leg> legs{};  // By number; those that run.

    [[nodiscard]] const Host& host_of(const Trip::Leg& leg) const {
      return hosts.find(leg.endpoint->host)->second;
    }
  };

  Parts(const probe::Plan& its_plan, tls::Client& its_client, std::size_t its_most,
        OnReport&& its_on_report)
      : plan(its_plan),
        client(its_client),
        most(its_most),
        on_report(std::move(its_on_report)),
        engine(plan, static_cast<std::uint32_t>(kConnectionsEach * most), engine::Kernel::now(),
               *this) {}

  void begin(std::uint64_t place, const Trip::Leg& leg, std::size_t address, Instant now);
  void begin_legs(Instant now);
  void report_ended(Instant now);
  [[nodiscard]] Instant wake() const;

  // The engine's listener.
  void on_end(Visit& visit, probe::Observation&& seen, Instant now);

  const probe::Plan& plan;
  tls::Client& client;
  std::size_t most;
  OnReport on_report;
  std::map<std::uint64_t, Running> running;
  std::uint64_t next_place = 0;
  std::vector<Visit> waiting;  // To be started when the engine's calls have returned.
  Instant stop_at = kNever;
  Engine engine;
};

void Trips::Parts::begin(std::uint64_t place, const Trip::Leg& leg, std::size_t address,
                         Instant now) {
  Running& its = running.at(place);
  const Host& host = its.host_of(leg);
  if (address >= host.addresses.size()) {
    const Cause cause = host.cause == Cause::none ? Cause::dns_no_data : host.cause;
    return its.trip->on_unreachable(leg.number, cause, now);
  }
  its.legs.insert_or_assign(leg.number, leg);
  its.trip->on_resolved(leg.number, host.addresses[address], host.took);
  Visit visit{.its_plan = std::make_unique<probe::Plan>(plan),
              .its_target = std::make_unique<targets::Target>(),
              .place = place,
              .leg = leg.number,
              .address = address};
  visit.its_plan->tls = &client;
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
  waiting.push_back(std::move(visit));
}

void Trips::Parts::begin_legs(Instant now) {
  for (auto& [place, its] : running) {
    while (const std::optional<Trip::Leg> leg = its.trip->next(now)) begin(place, *leg, 0, now);
  }
}

void Trips::Parts::on_end(Visit& visit, probe::Observation&& seen, Instant now) {
  Running& its = running.at(visit.place);
  const Trip::Leg leg = its.legs.at(visit.leg);
  const bool unreached = seen.phase() == Phase::connect && seen.outcome() == Outcome::failed;
  if (unreached && visit.address + 1 < its.host_of(leg).addresses.size()) {
    return begin(visit.place, leg, visit.address + 1, now);
  }
  its.legs.erase(visit.leg);
  its.trip->on_end(visit.leg, seen, now);
}

void Trips::Parts::report_ended(Instant now) {
  for (auto its = running.begin(); its != running.end();) {
    const Trip& trip = *its->second.trip;
    if (!trip.done()) {
      ++its;
      continue;
    }
    on_report(its->second.number, trip.report(now), trip.script());
    its = running.erase(its);
  }
}

Instant Trips::Parts::wake() const {
  Instant first = stop_at;
  for (const auto& [place, its] : running) first = std::min(first, its.trip->wake());
  return first;
}

std::set<std::string> hosts_of(const roundtrip::Script& script) {
  std::set<std::string> names;
  for (const roundtrip::Step& step : script.steps) {
    if (const auto* connect = std::get_if<roundtrip::Connect>(&step.action)) {
      names.insert(connect->endpoint.host);
    } else if (const auto* fetch = std::get_if<roundtrip::Fetch>(&step.action)) {
      names.insert(fetch->endpoint.host);
    }
  }
  return names;
}

Host host_of(const std::vector<names::Resolved>& servers, Duration took) {
  Host host{.took = took};
  for (const names::Resolved& each : servers) {
    if (each.cause == Cause::none) host.addresses.push_back(each.task.target.address);
    if (each.cause != Cause::none) host.cause = each.cause;
  }
  return host;
}

Trips::Trips(const probe::Plan& plan, tls::Client& client, std::size_t most, OnReport on_report)
    : parts_(std::make_unique<Parts>(plan, client, most, std::move(on_report))) {}

Trips::~Trips() = default;

Status Trips::open(int wake_descriptor) {
  return parts_->engine.open(
      {.submissions = 256, .completions = 1024, .buffers = 64, .wake_descriptor = wake_descriptor});
}

void Trips::close() { parts_->engine.close(); }

void Trips::add(std::uint64_t number, roundtrip::TripOrder&& order, Hosts&& hosts) {
  INVARIANT(size() < parts_->most);
  order.wall_at_zero = engine::Kernel::wall_at_zero();
  parts_->running.emplace(
      parts_->next_place++,
      Parts::Running{.number = number,
                     .trip = std::make_unique<Trip>(std::move(order), engine::Kernel::now()),
                     .hosts = std::move(hosts)});
}

void Trips::turn(Instant until) {
  Parts& parts = *parts_;
  Parts::Engine& engine = parts.engine;
  const bool was_idle = idle();
  engine.read_clock();
  parts.begin_legs(engine.now());
  for (TripVisit& visit : std::exchange(parts.waiting, {})) {
    static_cast<void>(engine.start(std::move(visit)));
  }
  parts.report_ended(engine.now());
  if (!was_idle && idle()) return;
  engine.wait(engine.next_wait(std::min(parts.wake(), until)));
  engine.work();
  if (engine.now() >= parts.stop_at) engine.interrupt_all();
}

void Trips::interrupt() {
  parts_->stop_at = parts_->engine.now() + kStopPatience;
  for (const auto& [place, its] : parts_->running) its.trip->interrupt();
}

std::size_t Trips::size() const { return parts_->running.size(); }

bool Trips::idle() const { return size() == 0 && parts_->engine.size() == 0; }

Status Trips::failure() const {
  const int failure = parts_->engine.failure();
  return failure == 0 ? Status() : ring::explain_failure(failure);
}

}  // namespace mxsweep::trips
