// SPDX-License-Identifier: MIT
#include "monitor/prober.h"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "monitor/stand_in.h"
#include "mxsweep/probe/conversation.h"
#include "mxsweep/watch/vantage.h"
#include "support/catch.h"

namespace mxsweep::monitor {
namespace {

using std::chrono::seconds;

constexpr WallTime kWallAtZero{std::chrono::hours{24 * 365 * 56}};

watch::Group group_of(const std::string& name) {
  watch::Group group;
  group.name = name;
  group.tls_every = std::chrono::hours{10'000};
  return group;
}

Listed listed(watch::GroupNumber group, const char* host, bool domain = false) {
  Listed listed{.group = group, .domain = domain, .target = {}};
  listed.target.set_words(host, {}, {});
  listed.target.port = 25;
  listed.target.tls = targets::TlsMode::automatic;
  if (const auto address = parse_address(host)) listed.target.address = *address;
  return listed;
}

struct Desk {
  explicit Desk(const std::vector<watch::Group>& groups, std::vector<Listed> targets,
                const watch::Vantage& vantage = {})
      : watch(settings_of(groups, vantage), {}, 100, 1, now()),
        roster(watch, 100, [this](watch::MonitorId monitor) { prober.forget(monitor); }),
        plans("probe.example.net", {}, {}, nullptr, kWallAtZero),
        checker(watch, roster, outside),
        prober(watch, roster, plans, outside, checker) {
    roster.apply(std::move(targets), {}, now());
    watch.end_of_monitors(now());
  }
  static watch::Settings settings_of(const std::vector<watch::Group>& groups,
                                     const watch::Vantage& vantage) {
    watch::Settings settings;
    settings.groups = groups;
    settings.vantage = vantage;
    return settings;
  }
  [[nodiscard]] watch::Moment now() const {
    return {at, kWallAtZero +
                    std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch())};
  }
  // All visits that are due, at the end of a minute: each monitor is due once in it.
  std::vector<Prober::Visit> visits() {
    at += seconds{60};
    watch.turn(now());
    return started();
  }
  std::vector<Prober::Visit> started() {
    prober.take_requests(1000, now());
    std::vector<Prober::Visit> all;
    while (std::optional<Prober::Visit> visit = prober.next(at)) all.push_back(std::move(*visit));
    return all;
  }
  void refuse(Prober::Visit& visit) {
    probe::Conversation conversation(*visit.plan(), visit.target());
    static_cast<void>(conversation.on_started(at));
    static_cast<void>(conversation.on_error(ECONNREFUSED, at));
    prober.on_end(visit, conversation.take_observation(), at);
    prober.on_closed(visit);
  }
  void serve(Prober::Visit& visit) {
    probe::Conversation conversation(*visit.plan(), visit.target());
    static_cast<void>(conversation.on_started(at));
    static_cast<void>(conversation.on_connected(at));
    for (const char* const reply : {"220 mx ESMTP\r\n", "250 mx\r\n", "221 bye\r\n"}) {
      static_cast<void>(conversation.on_bytes(reply, at));
    }
    static_cast<void>(conversation.on_closed(at));
    prober.on_end(visit, conversation.take_observation(), at);
    prober.on_closed(visit);
  }
  void time_out(Prober::Visit& visit) {
    probe::Conversation conversation(*visit.plan(), visit.target());
    static_cast<void>(conversation.on_started(at));
    static_cast<void>(conversation.on_deadline(conversation.deadline()));
    prober.on_end(visit, conversation.take_observation(), at);
    prober.on_closed(visit);
  }
  [[nodiscard]] Outcome last_outcome() const { return outside.kept.back().second.outcome; }

  Instant at{std::chrono::hours{1}};
  StandIn outside;
  watch::Watch watch;
  Roster roster;
  Plans plans;
  Checker checker;
  Prober prober;
};

TEST_CASE("monitors of one server share a visit", "[monitor][prober]") {
  Desk desk({group_of("one"), group_of("two")},
            {listed(0, "192.0.2.1"), listed(1, "192.0.2.1"), listed(1, "192.0.2.2")});
  std::vector<Prober::Visit> visits = desk.visits();
  REQUIRE(visits.size() == 2);
  for (Prober::Visit& visit : visits) desk.serve(visit);
  CHECK(desk.outside.kept.size() == 3);
  CHECK(desk.outside.records.size() == 3);
  const auto shared = std::ranges::count_if(desk.outside.records, [](const std::string& record) {
    return record.find("\"shared\":true") != std::string::npos;
  });
  CHECK(shared == 1);
  CHECK(desk.prober.pending() == 0);
}

TEST_CASE("no server is visited while a visit to it is open", "[monitor][prober]") {
  Desk desk({group_of("one")}, {listed(0, "192.0.2.1")});
  std::vector<Prober::Visit> first = desk.visits();
  REQUIRE(first.size() == 1);
  CHECK(desk.visits().empty());
  desk.serve(first.front());
  CHECK(desk.visits().size() == 1);
}

TEST_CASE("a mail domain is bad only if all of its best servers are", "[monitor][prober]") {
  Desk desk({group_of("mail")}, {listed(0, "example.net", true)});
  CHECK(desk.visits().empty());
  REQUIRE(desk.outside.questions.size() == 1);
  std::vector<names::Resolved> servers;
  for (const char* const address : {"192.0.2.1", "192.0.2.2"}) {
    names::Resolved& server = servers.emplace_back();
    server.task.target = desk.outside.questions.front();
    server.task.target.address = *parse_address(address);
    server.task.path = std::make_unique<names::Path>();
    server.task.path->domain = "example.net";
    server.task.path->mx_host = std::string("mx-") + address;
    server.task.path->mx_preference = 10;
  }
  desk.prober.on_names(servers, desk.now());
  std::vector<Prober::Visit> visits = desk.started();
  REQUIRE(visits.size() == 2);

  SECTION("one answers") {
    desk.refuse(visits[0]);
    CHECK(desk.outside.kept.empty());
    desk.serve(visits[1]);
    REQUIRE(desk.outside.kept.size() == 1);
    CHECK(desk.last_outcome() == Outcome::ok);
  }
  SECTION("the first answers, the other does not") {
    desk.serve(visits[0]);
    desk.refuse(visits[1]);
    REQUIRE(desk.outside.kept.size() == 1);
    CHECK(desk.last_outcome() == Outcome::ok);
  }
  SECTION("none answers") {
    desk.refuse(visits[0]);
    desk.refuse(visits[1]);
    REQUIRE(desk.outside.kept.size() == 1);
    CHECK(desk.last_outcome() == Outcome::failed);
  }
  CHECK(desk.outside.records.size() == 2);
}

TEST_CASE("a name that does not resolve is a result with its cause", "[monitor][prober]") {
  Desk desk({group_of("edge")}, {listed(0, "mx.example.net")});
  CHECK(desk.visits().empty());
  REQUIRE(desk.outside.questions.size() == 1);
  std::vector<names::Resolved> servers(1);
  servers.front().task.target = desk.outside.questions.front();

  SECTION("there is no such name") {
    servers.front().cause = Cause::dns_nxdomain;
    desk.prober.on_names(servers, desk.now());
    CHECK(desk.outside.kept.back().second.cause == Cause::dns_nxdomain);
    CHECK(desk.outside.kept.back().second.phase == Phase::dns);
    CHECK(desk.last_outcome() == Outcome::failed);
  }
  SECTION("our resolver cannot be reached, which says nothing") {
    servers.front().cause = Cause::local_resolver_unreachable;
    desk.prober.on_names(servers, desk.now());
    CHECK(desk.last_outcome() == Outcome::local);
  }
  CHECK(desk.outside.kept.size() == 1);
  CHECK(desk.prober.pending() == 0);
}

TEST_CASE("a time limit in a turn that began late is our own fault", "[monitor][prober]") {
  Desk desk({group_of("one")}, {listed(0, "192.0.2.1")});
  std::vector<Prober::Visit> visits = desk.visits();
  desk.prober.note_late(std::chrono::milliseconds{150});
  desk.time_out(visits.front());
  CHECK(desk.last_outcome() == Outcome::local);
  visits = desk.visits();
  desk.prober.note_late(std::chrono::milliseconds{50});
  desk.time_out(visits.front());
  CHECK(desk.last_outcome() == Outcome::failed);
}

TEST_CASE("after a shortage the visit is made again, and at last it is local",
          "[monitor][prober]") {
  Desk desk({group_of("one")}, {listed(0, "192.0.2.1")});
  std::vector<Prober::Visit> visits = desk.visits();
  desk.prober.on_shortage(std::move(visits.front()), EMFILE, desk.at);
  CHECK(desk.started().empty());  // It waits a little.
  desk.at += seconds{1};
  visits = desk.started();
  REQUIRE(visits.size() == 1);
  desk.at += kShortagePatience;
  desk.prober.on_shortage(std::move(visits.front()), EMFILE, desk.at);
  REQUIRE(desk.outside.kept.size() == 1);
  CHECK(desk.last_outcome() == Outcome::local);
}

TEST_CASE("foreign servers of one network wait for each other", "[monitor][prober]") {
  watch::Group foreign = group_of("foreign");
  foreign.own = false;
  std::vector<Listed> targets;
  for (int i = 1; i <= 6; ++i) {
    targets.push_back(listed(0, ("192.0.2." + std::to_string(i)).c_str()));
  }
  Desk desk({foreign}, std::move(targets));
  std::vector<Prober::Visit> visits = desk.visits();
  CHECK(visits.size() == pace::CourtesyLimits{}.per_prefix);
  desk.serve(visits.front());
  CHECK(desk.started().size() == 1);
}

TEST_CASE("nothing of a monitor that was removed goes to Watch", "[monitor][prober]") {
  Desk desk({group_of("one")}, {listed(0, "192.0.2.1"), listed(0, "192.0.2.2")});
  std::vector<Prober::Visit> visits = desk.visits();
  REQUIRE(visits.size() == 2);
  desk.roster.apply({listed(0, "192.0.2.3")}, {}, desk.now());
  for (Prober::Visit& visit : visits) desk.serve(visit);
  CHECK(desk.outside.kept.empty());
  CHECK(desk.visits().size() == 1);
}

// So many servers fail at once that the vantage is in doubt, and its canary is a name.
Desk desk_in_doubt() {
  watch::Canary canary{.text = "canary.test", .target = {}};
  canary.target.set_words("canary.test", {}, {});
  canary.target.port = 25;
  std::vector<Listed> targets;
  for (int i = 1; i <= 20; ++i) {
    targets.push_back(listed(0, ("192.0.2." + std::to_string(i)).c_str()));
  }
  return Desk({group_of("one")}, std::move(targets), {.canaries = {canary}, .quorum = 1});
}

// The visit to the canary, once DNS has answered.
std::optional<Prober::Visit> visit_of_canary(Desk& desk, const char* address) {
  std::vector<names::Resolved> servers(1);
  servers.front().task.target = desk.outside.questions.back();
  if (address == nullptr) {
    servers.front().cause = Cause::dns_nxdomain;
  } else {
    servers.front().task.target.address = *parse_address(address);
  }
  desk.prober.on_names(servers, desk.now());
  return desk.prober.next(desk.at);
}

TEST_CASE("a canary that is a name is visited where it leads", "[monitor][prober]") {
  Desk desk = desk_in_doubt();
  for (Prober::Visit& visit : desk.visits()) desk.refuse(visit);
  CHECK(desk.watch.sight() == watch::Sight::doubtful);
  desk.prober.take_requests(1000, desk.now());
  REQUIRE(desk.outside.questions.size() == 1);
  std::optional<Prober::Visit> visit = visit_of_canary(desk, "198.51.100.1");
  REQUIRE(visit);
  CHECK(to_string(visit->target().address) == "198.51.100.1");
  SECTION("an answer of it shows that the servers have failed") {
    desk.serve(*visit);
    CHECK(desk.watch.sight() == watch::Sight::clear);
  }
  SECTION("without one, this machine sees nothing, and asks again where it is known to be") {
    desk.refuse(*visit);
    CHECK(desk.watch.sight() == watch::Sight::blind);
    desk.at += watch::VantageCheck::kRoundEvery;
    desk.prober.take_requests(1000, desk.now());
    CHECK(desk.outside.questions.size() == 1);
    visit = desk.prober.next(desk.at);
    REQUIRE(visit);
    CHECK(to_string(visit->target().address) == "198.51.100.1");
  }
}

TEST_CASE("a canary whose name leads nowhere has not answered", "[monitor][prober]") {
  Desk desk = desk_in_doubt();
  for (Prober::Visit& visit : desk.visits()) desk.refuse(visit);
  desk.prober.take_requests(1000, desk.now());
  REQUIRE(desk.outside.questions.size() == 1);
  CHECK_FALSE(visit_of_canary(desk, nullptr));
  CHECK(desk.watch.sight() == watch::Sight::blind);
}

}  // namespace
}  // namespace mxsweep::monitor
