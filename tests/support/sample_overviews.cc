// SPDX-License-Identifier: MIT
// The parts of sample facts, and the overviews.
#include <fmt/format.h>

#include <algorithm>

#include "support/sample_fact_parts.h"
#include "support/sample_facts.h"

namespace mxsweep::view::samples {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

IncidentFacts incident_facts(watch::IncidentId id, watch::IncidentKind kind, WallTime since) {
  IncidentFacts facts;
  facts.incident.id = id;
  facts.incident.kind = kind;
  facts.incident.since = since;
  facts.incident.opened = since + seconds{45};
  return facts;
}

watch::SilenceRow hold(std::uint64_t id, bool maintenance) {
  watch::SilenceRow row;
  row.id = id;
  row.maintenance = maintenance;
  row.by = maintenance ? "postgres update" : "ada";
  row.note = maintenance ? "" : "new disks, ticket 4711";
  row.from = kNow - hours{1};
  row.until = kNow + hours{3};
  if (maintenance) {
    row.match.group = "relays";
  } else {
    row.match.target = "mx7.*";
    row.match.labels["rack"] = "b7";
  }
  return row;
}

void count(Overview& overview) {
  for (const GroupFacts& group : overview.groups) {
    overview.counts.monitors += group.counts.monitors;
    overview.counts.up += group.counts.up;
    overview.counts.degraded += group.counts.degraded;
    overview.counts.down += group.counts.down;
    overview.counts.unknown += group.counts.unknown;
    overview.counts.flapping += group.counts.flapping;
    overview.counts.unobserved += group.counts.unobserved;
    overview.counts.maintenance += group.counts.maintenance;
  }
  overview.groups_all = static_cast<std::uint32_t>(overview.groups.size());
  overview.open_incidents = static_cast<std::uint32_t>(overview.incidents.size());
}

}  // namespace

Now now_facts() {
  Now now;
  now.at = kNow;
  now.began = kNow - hours{240};
  now.canaries = 3;
  return now;
}

std::array<Day, kDays> days_of(std::uint32_t monitors, std::uint32_t seed) {
  std::array<Day, kDays> days{};
  const microseconds whole = hours{24} * monitors;
  for (std::size_t i = 12; i < kDays; ++i) {  // Earlier ones: it was not watched yet.
    Day& day = days[i];
    const std::size_t kind = (i * 31 + seed * 17) % 41;
    if (kind == 3) day.down = whole / 4;     // Much was down.
    if (kind == 7) day.down = whole / 3000;  // A little.
    if (kind == 11) day.unobserved = whole;
    if (kind == 13) day.maintenance = whole / 12;
    day.up = whole - day.down - day.unobserved - day.maintenance;
  }
  days.back().up = hours{10} * monitors;
  days.back().down = minutes{7} * (seed % 500);
  return days;
}

GroupFacts group_facts(std::string_view name, std::uint32_t monitors, std::uint32_t down) {
  GroupFacts facts;
  facts.name = name;
  facts.counts.monitors = monitors;
  facts.counts.down = down;
  facts.counts.degraded = down / 40;
  facts.counts.unknown = down / 100;
  facts.counts.up = monitors - down - facts.counts.degraded - facts.counts.unknown;
  facts.counts.flapping = down / 100;
  facts.interval = seconds{60};
  facts.days = days_of(monitors, down);
  return facts;
}

MonitorLine line_of(int number, watch::State state) {
  MonitorLine line;
  line.id = fmt::format("{:016x}", 0x9e3779b97f4a7c15ULL * (static_cast<unsigned>(number) + 1));
  line.group = "edge";
  line.target = fmt::format("mx{}.example.net", number);
  line.address = fmt::format("192.0.2.{}", number % 256);
  line.port = 25;
  line.key = fmt::format("edge {}:25 {}", line.target, line.address);
  line.state = state;
  line.since = kNow - minutes{7} - seconds{number};
  line.last = kNow - seconds{number % 60};
  line.total = milliseconds{90 + number * 3};
  switch (state) {
    case watch::State::unknown: line.last = {}; break;
    case watch::State::up: line.since = kNow - hours{70 + number}; break;
    case watch::State::degraded:
      line.phase = Phase::quit;
      line.cause = Cause::certificate_expired;
      line.incident = 409;
      break;
    case watch::State::down:
      line.phase = Phase::connect;
      line.cause = Cause::net_timeout;
      line.total = seconds{10};
      line.incident = 412;
      break;
  }
  return line;
}

ProbeFacts probe_facts(WallTime at, Cause cause) {
  ProbeFacts facts;
  facts.at = at;
  facts.cause = cause;
  if (cause == Cause::none) {
    facts.outcome = Outcome::ok;
    facts.phase = Phase::quit;
    facts.state = watch::State::up;
    facts.laps = {microseconds{12'010}, microseconds{13'377}, microseconds{12'100},
                  microseconds{31'800}, microseconds{101'342}};
  } else {
    facts.outcome = Outcome::failed;
    facts.phase = Phase::connect;
    facts.state = watch::State::down;
    facts.laps.back() = seconds{10};
  }
  return facts;
}

std::vector<CertificateStep> certificate_path() {
  return {{"CN=mx3.example.net", "CN=R11,O=Let's Encrypt,C=US", kNow - hours{24 * 70},
           kNow + hours{24 * 20}, "ecdsa 256"},
          {"CN=R11,O=Let's Encrypt,C=US", "CN=ISRG Root X1,O=Internet Security Research Group,C=US",
           kNow - hours{24 * 900}, kNow + hours{24 * 500}, "rsa 2048"}};
}

IncidentFacts prefix_outage() {
  IncidentFacts facts = incident_facts(412, watch::IncidentKind::down, kNow - minutes{7});
  facts.incident.scope = watch::ScopeKind::prefix;
  facts.incident.scope_value = "192.0.2.0/24";
  facts.incident.cause = Cause::net_timeout;
  facts.incident.members_peak = 400;
  facts.incident.watched = 412;
  facts.incident.percent = 98;
  facts.incident.text = "Probed again, 20 of 20 healthy monitors beside them answer.";
  facts.members = 400;
  facts.headline = "400 hosts in 192.0.2.0/24: connect timeout";
  facts.public_headline = "400 hosts of group edge: connect timeout";
  facts.blame = "the network or the server";
  facts.groups = {"edge"};
  return facts;
}

IncidentFacts acknowledged_greeting() {
  IncidentFacts facts = incident_facts(409, watch::IncidentKind::degraded, kNow - hours{26});
  facts.incident.severity = watch::Severity::warning;
  facts.incident.scope_value = "edge mx60.example.net:25 192.0.2.60";
  facts.incident.phase = Phase::quit;
  facts.incident.cause = Cause::certificate_expired;
  facts.incident.members_peak = 10;
  facts.incident.watched = 10;
  facts.incident.acknowledged = watch::Acknowledgement{.by = "ada",
                                                       .note = "new certificate is ordered",
                                                       .at = kNow - hours{20},
                                                       .until = kNow + hours{4}};
  facts.members = 10;
  facts.headline = "10 hosts with the certificate 5f3a9c20d1b7e664: certificate expired";
  facts.public_headline = "10 hosts of group edge: certificate expired";
  facts.blame = "the server";
  facts.groups = {"edge", "relays"};
  return facts;
}

IncidentFacts trouble_facts() {
  IncidentFacts facts = incident_facts(410, watch::IncidentKind::internal, kNow - minutes{50});
  facts.incident.severity = watch::Severity::warning;
  facts.incident.title = "the channel pager does not take messages";
  facts.incident.text = "3 attempts in 40 min: overloaded";
  facts.headline = facts.incident.title;
  facts.public_headline = "trouble of the monitor itself";
  return facts;
}

IncidentFacts blind_facts() {
  IncidentFacts facts = incident_facts(411, watch::IncidentKind::blind, kNow - minutes{2});
  facts.incident.scope = watch::ScopeKind::everything;
  facts.headline = "the monitor's own network does not work";
  facts.public_headline = facts.headline;
  facts.blame = "our own network";
  return facts;
}

IncidentFacts closed_facts() {
  IncidentFacts facts = incident_facts(398, watch::IncidentKind::down, kNow - hours{70});
  facts.incident.scope_value = "edge mx3.example.net:25 192.0.2.3";
  facts.incident.phase = Phase::greeting;
  facts.incident.cause = Cause::protocol_silent;
  facts.incident.until = facts.incident.since + minutes{41};
  facts.incident.closed = facts.incident.until + seconds{30};
  facts.incident.members_peak = 1;
  facts.incident.watched = 1;
  facts.headline = "mx3.example.net:25 (192.0.2.3): greeting silent";
  facts.public_headline = "1 host of group edge: greeting silent";
  facts.blame = "the server";
  facts.groups = {"edge"};
  return facts;
}

Overview empty_overview() {
  Overview overview;
  overview.now = now_facts();
  overview.now.canaries = 0;
  return overview;
}

Overview calm_overview() {
  Overview overview;
  overview.now = now_facts();
  overview.groups = {group_facts("edge", 9000, 0),       group_facts("relays", 3, 0),
                     group_facts("submission", 120, 0),  group_facts("customers", 3000, 0),
                     group_facts("partners/mx", 200, 0), group_facts("mail domains", 22, 0)};
  count(overview);
  overview.recent = {closed_facts()};
  return overview;
}

Overview outage_overview() {
  Overview overview = calm_overview();
  overview.counts = {};
  overview.groups[0] = group_facts("edge", 9000, 400);
  overview.groups[0].level = Level{.target = 0.999,
                                   .window = hours{24 * 30},
                                   .budget_left = 0.318,
                                   .burn_hour = 12.4,
                                   .burn_day = 3.1};
  overview.groups[1].counts.maintenance = 3;
  overview.incidents = {prefix_outage(), acknowledged_greeting()};
  overview.holds = {hold(7, false), hold(8, true)};
  count(overview);
  return overview;
}

Overview blind_overview() {
  Overview overview = outage_overview();
  overview.now.sight = watch::Sight::blind;
  overview.now.sight_text = "0 of 3 canaries and 1 of 20 healthy servers answer";
  overview.incidents = {blind_facts()};
  overview.open_incidents = 1;
  overview.counts.unobserved = overview.counts.monitors;
  return overview;
}

Overview trouble_overview() {
  Overview overview = calm_overview();
  overview.now.sight = watch::Sight::doubtful;
  overview.now.sight_text = "2 of 3 canaries and 14 of 20 healthy servers answer";
  overview.now.trouble = trouble_facts().headline;
  overview.now.reload_problem = "watch.toml:12: unknown key 'intervall'";
  overview.incidents = {trouble_facts()};
  overview.open_incidents = 1;
  return overview;
}

Overview large_overview(std::uint32_t groups, std::uint32_t incidents) {
  Overview overview;
  overview.now = now_facts();
  for (std::uint32_t i = 0; i < groups; ++i) {
    overview.groups.push_back(
        group_facts(fmt::format("customer-{:02}", i), 100 + 37 * i, i % 5 == 0 ? 40 + i : 0));
  }
  for (std::uint32_t i = 0; i < incidents; ++i) {
    IncidentFacts facts = i < 20 ? prefix_outage() : acknowledged_greeting();
    facts.incident.id = 1000 - i;
    facts.incident.since -= minutes{i * 13};
    overview.incidents.push_back(facts);
  }
  for (std::uint64_t id = 0; id < 10; ++id) overview.recent.push_back(closed_facts());
  overview.holds = {hold(7, false), hold(8, true)};
  count(overview);
  return overview;
}

}  // namespace mxsweep::view::samples
