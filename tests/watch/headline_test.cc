// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include "mxsweep/watch/compose.h"
#include "support/catch.h"

namespace mxsweep::watch {
namespace {

// What must not get out has this in it.
constexpr std::string_view kMark = "SECRET";

Incident marked(IncidentKind kind, ScopeKind scope) {
  Incident incident;
  incident.id = 1;
  incident.kind = kind;
  incident.scope = scope;
  incident.scope_field = "SECRET-field";
  incident.scope_value = "SECRET-group SECRET-target:25 SECRET-address";
  incident.cause = Cause::net_timeout;
  incident.members_peak = 400;
  incident.title = "SECRET title";
  incident.text = "SECRET text";
  incident.acknowledged = Acknowledgement{"SECRET-by", "SECRET-note", {}, {}};
  return incident;
}

}  // namespace

TEST_CASE("a public headline has no name but those of groups", "[watch][compose]") {
  const std::vector<std::string> one = {"edge"};
  const std::vector<std::string> two = {"edge", "core"};
  for (int kind = 0; kind <= static_cast<int>(IncidentKind::digest); ++kind) {
    for (int scope = 0; scope <= static_cast<int>(ScopeKind::several); ++scope) {
      for (const bool closed : {false, true}) {
        for (const bool domains : {false, true}) {
          Incident incident =
              marked(static_cast<IncidentKind>(kind), static_cast<ScopeKind>(scope));
          if (closed) incident.closed = WallTime{std::chrono::hours{1}};
          const std::string none_known = public_headline(incident, {}, domains);
          for (const std::string& line : {none_known, public_headline(incident, one, domains),
                                          public_headline(incident, two, domains)}) {
            INFO(line);
            CHECK_FALSE(line.empty());
            CHECK(line.find(kMark) == line.npos);
          }
        }
      }
    }
  }
}

TEST_CASE("a public headline says how many of what, and how they fail", "[watch][compose]") {
  const std::vector<std::string> one = {"edge"};
  const std::vector<std::string> two = {"edge", "core"};
  Incident incident = marked(IncidentKind::down, ScopeKind::prefix);
  CHECK(public_headline(incident, one, false) == "400 hosts of group edge: connect timeout");
  CHECK(public_headline(incident, two, true) == "400 domains of several groups: connect timeout");
  incident.members_peak = 1;
  CHECK(public_headline(incident, {}, false) == "1 host: connect timeout");
  incident = marked(IncidentKind::internal, ScopeKind::everything);
  CHECK(public_headline(incident, {}, false) == "the monitor itself has a problem");
  incident.scope_value = "level edge";
  CHECK(public_headline(incident, {}, false) == "group edge uses up its error budget too fast");
  incident = marked(IncidentKind::blind, ScopeKind::everything);
  CHECK(public_headline(incident, {}, false) ==
        "no server can be observed: the fault is on the monitor's own side");
}

TEST_CASE("a headline is the subject of a message without its tag and times", "[watch][compose]") {
  Settings settings;
  const Zones zones;
  Incident incident = marked(IncidentKind::down, ScopeKind::prefix);
  incident.scope_value = "192.0.2.0/24";
  const Subject subject{.incident = incident,
                        .settings = settings,
                        .zones = zones,
                        .monitor = [](MonitorId) -> const Monitor* { return nullptr; },
                        .evidence = {}};
  CHECK(headline(subject) == "400 hosts in 192.0.2.0/24: connect timeout");
  Channel channel;
  const std::string line = compose(subject, MessageKind::opening, 0, channel, Moment{}).subject;
  CHECK(line.starts_with("[DOWN] 400 hosts in 192.0.2.0/24: connect timeout (since"));
}

}  // namespace mxsweep::watch
