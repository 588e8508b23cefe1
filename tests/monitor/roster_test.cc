// SPDX-License-Identifier: MIT
#include "monitor/roster.h"

#include <unistd.h>

#include <fstream>
#include <set>

#include "support/catch.h"

namespace mxsweep::monitor {
namespace {

constexpr watch::Moment kNow{Instant{std::chrono::hours{1}},
                             WallTime{std::chrono::hours{24 * 365 * 56}}};

struct TemporaryFile {
  explicit TemporaryFile(std::string_view text) {
    const int descriptor = ::mkstemp(path.data());
    REQUIRE(descriptor >= 0);
    ::close(descriptor);
    std::ofstream(path) << text;
  }
  ~TemporaryFile() { ::unlink(path.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  std::string path = "/tmp/mxsweep-roster-XXXXXX";
};

watch::Group group_of(const std::string& name, const std::string& list, bool domains = false) {
  watch::Group group;
  group.name = name;
  (domains ? group.domains : group.targets) = list;
  return group;
}

struct Watched {
  explicit Watched(watch::Settings settings, std::uint32_t most = 100)
      : watch(std::move(settings), {}, 100, 1, kNow),
        roster(watch, most, [this](watch::MonitorId monitor) { removed.insert(monitor); }) {}

  Roster::Applied apply(const std::vector<std::string>& known = {}) {
    Lists lists = read_lists(watch.settings());
    REQUIRE(lists.problems.empty());
    return roster.apply(std::move(lists.targets), known, kNow);
  }
  bool has(std::string_view key) { return watch.find(key) != watch::kNoMonitor; }

  watch::Watch watch;
  std::set<watch::MonitorId> removed;
  Roster roster;
};

std::vector<names::Resolved> answer(Roster& roster, WatchedName& name,
                                    std::initializer_list<const char*> addresses,
                                    Cause cause = Cause::none) {
  std::vector<names::Resolved> servers;
  for (const char* const address : addresses) {
    names::Resolved& server = servers.emplace_back();
    server.task.target = roster.question(name);
    server.task.target.address = *parse_address(address);
  }
  if (servers.empty()) {
    servers.emplace_back().task.target = roster.question(name);
    servers.back().cause = cause;
  }
  return servers;
}

TEST_CASE("a target that names no protocol has that of its group, or of its port",
          "[monitor][roster]") {
  const TemporaryFile list("192.0.2.1\n192.0.2.2:143\nsmtp://192.0.2.3\npop3s://192.0.2.4\n");
  watch::Settings settings;
  settings.groups = {group_of("by port", list.path), group_of("imap", list.path)};
  settings.groups[1].protocol = Protocol::imap;
  Watched watched(settings);
  watched.apply();
  const auto protocol_of = [&watched](std::string_view key) {
    const watch::MonitorId monitor = watched.watch.find(key);
    REQUIRE(monitor != watch::kNoMonitor);
    return watched.roster.protocol_of(monitor);
  };
  CHECK(protocol_of("by port 192.0.2.1:25") == Protocol::smtp);
  CHECK(protocol_of("by port 192.0.2.2:143") == Protocol::imap);
  CHECK(protocol_of("by port 192.0.2.4:995") == Protocol::pop3);
  CHECK(protocol_of("imap 192.0.2.1:25") == Protocol::imap);
  CHECK(protocol_of("imap 192.0.2.3:25") == Protocol::smtp);
  CHECK(protocol_of("imap 192.0.2.4:995") == Protocol::pop3);
}

TEST_CASE("each target of a list is a monitor with a key of its own", "[monitor][roster]") {
  const TemporaryFile list(
      "192.0.2.1\n192.0.2.2:587,mx.example.net\n[2001:db8::1]:25\n"
      "192.0.2.8/30\nMX1.Example.net\n192.0.2.1\n");
  watch::Settings settings;
  settings.groups = {group_of("edge", list.path)};
  Watched watched(settings);
  const Roster::Applied applied = watched.apply();
  CHECK(applied.added == 8);
  CHECK(applied.repeated == 1);
  CHECK(watched.has("edge 192.0.2.1:25"));
  CHECK(watched.has("edge 192.0.2.2,mx.example.net:587"));
  CHECK(watched.has("edge [2001:db8::1]:25"));
  CHECK(watched.has("edge 192.0.2.11:25"));
  CHECK(watched.has("edge mx1.example.net:25"));
}

TEST_CASE("a line that cannot be read is a problem with its place", "[monitor][roster]") {
  const TemporaryFile list("192.0.2.1\n192.0.2.999\n");
  watch::Settings settings;
  settings.groups = {group_of("edge", list.path), group_of("gone", "/nowhere/list")};
  const Lists lists = read_lists(settings);
  REQUIRE(lists.problems.size() == 2);
  CHECK(lists.problems[0].starts_with(list.path + ":2: "));
  CHECK(lists.problems[1].starts_with("/nowhere/list: "));
}

TEST_CASE("a reload adds what is new, removes what is gone and keeps the rest",
          "[monitor][roster]") {
  const TemporaryFile list("192.0.2.1\n192.0.2.2\n");
  watch::Settings settings;
  settings.groups = {group_of("edge", list.path)};
  Watched watched(settings);
  watched.apply();
  const watch::MonitorId kept = watched.watch.find("edge 192.0.2.2:25");
  std::ofstream(list.path) << "192.0.2.2\n192.0.2.3\n";
  const Roster::Applied applied = watched.apply();
  CHECK(applied.added == 1);
  CHECK(applied.removed == 1);
  CHECK_FALSE(watched.has("edge 192.0.2.1:25"));
  CHECK(watched.watch.find("edge 192.0.2.2:25") == kept);
  CHECK(watched.has("edge 192.0.2.3:25"));
  CHECK(watched.removed.size() == 1);
}

TEST_CASE("groups that stay keep their monitors, whatever their order", "[monitor][roster]") {
  const TemporaryFile one("192.0.2.1\n");
  const TemporaryFile two("192.0.2.2\n");
  watch::Settings settings;
  settings.groups = {group_of("one", one.path), group_of("two", two.path)};
  Watched watched(settings);
  watched.apply();
  const watch::MonitorId kept = watched.watch.find("two 192.0.2.2:25");
  watch::Settings next;
  next.groups = {group_of("new", one.path), group_of("two", two.path)};
  watched.roster.settle_groups(next, kNow);
  CHECK_FALSE(watched.has("one 192.0.2.1:25"));
  watched.watch.reload(next, {}, kNow);
  watched.apply();
  CHECK(watched.has("new 192.0.2.1:25"));
  CHECK(watched.watch.find("two 192.0.2.2:25") == kept);
}

TEST_CASE("a name has a monitor for each of its addresses", "[monitor][roster]") {
  const TemporaryFile list("mx.example.net\n");
  watch::Settings settings;
  settings.groups = {group_of("edge", list.path)};
  Watched watched(settings);
  watched.apply();
  WatchedName* const name = watched.roster.name_of(watched.watch.find("edge mx.example.net:25"));
  REQUIRE(name != nullptr);
  CHECK(Roster::asks(*name, false, kNow.at) == Roster::Asks::before);
  watched.roster.on_answer(answer(watched.roster, *name, {"192.0.2.1", "192.0.2.2"}), kNow);
  CHECK_FALSE(watched.has("edge mx.example.net:25"));
  CHECK(watched.has("edge mx.example.net:25 192.0.2.1"));
  CHECK(watched.has("edge mx.example.net:25 192.0.2.2"));
  CHECK(Roster::asks(*name, false, kNow.at) == Roster::Asks::no);
  CHECK(Roster::asks(*name, true, kNow.at) == Roster::Asks::before);
  CHECK(Roster::asks(*name, false, kNow.at + kNameAge) == Roster::Asks::beside);

  SECTION("an address is given up after several answers without it") {
    for (int i = 1; i < kAbsencesMost; ++i) {
      watched.roster.on_answer(answer(watched.roster, *name, {"192.0.2.1"}), kNow);
      CHECK(watched.has("edge mx.example.net:25 192.0.2.2"));
    }
    watched.roster.on_answer(answer(watched.roster, *name, {"192.0.2.1"}), kNow);
    CHECK_FALSE(watched.has("edge mx.example.net:25 192.0.2.2"));
  }
  SECTION("a name that leads nowhere keeps its monitors, and says why") {
    watched.roster.on_answer(answer(watched.roster, *name, {}, Cause::dns_nxdomain), kNow);
    CHECK(watched.has("edge mx.example.net:25 192.0.2.1"));
    CHECK(name->cause == Cause::dns_nxdomain);
    CHECK(Roster::asks(*name, false, kNow.at) == Roster::Asks::before);
  }
  SECTION("a resolver that cannot be reached says nothing") {
    watched.roster.on_answer(answer(watched.roster, *name, {}, Cause::local_resolver_unreachable),
                             kNow);
    CHECK(name->cause == Cause::none);
    CHECK(name->servers.size() == 2);
  }
  SECTION("an answer for a name that is no longer watched changes nothing") {
    const auto late = answer(watched.roster, *name, {"192.0.2.9"});
    std::ofstream(list.path) << "mx2.example.net\n";
    watched.apply();
    CHECK(watched.roster.on_answer(late, kNow) == nullptr);
    CHECK_FALSE(watched.has("edge mx2.example.net:25 192.0.2.9"));
  }
}

TEST_CASE("after a restart a name begins with the addresses that it had", "[monitor][roster]") {
  const TemporaryFile list("mx.example.net\n");
  watch::Settings settings;
  settings.groups = {group_of("edge", list.path)};
  Watched watched(settings);
  watched.apply({"edge mx.example.net:25 192.0.2.1", "edge 192.0.2.7:25", "other x:25 192.0.2.1"});
  CHECK(watched.has("edge mx.example.net:25 192.0.2.1"));
  CHECK_FALSE(watched.has("edge mx.example.net:25"));
  CHECK(watched.roster.size() == 1);
}

TEST_CASE("a mail domain is one monitor with its best servers", "[monitor][roster]") {
  const TemporaryFile list("example.net\n");
  watch::Settings settings;
  settings.groups = {group_of("mail", list.path, true)};
  Watched watched(settings);
  watched.apply();
  WatchedName* const name = watched.roster.name_of(watched.watch.find("mail example.net:25"));
  REQUIRE(name != nullptr);
  std::vector<names::Resolved> servers =
      answer(watched.roster, *name, {"192.0.2.1", "192.0.2.2", "192.0.2.3"});
  for (std::size_t i = 0; i < servers.size(); ++i) {
    servers[i].task.path = std::make_unique<names::Path>();
    servers[i].task.path->domain = "example.net";
    servers[i].task.path->mx_host = "mx" + std::to_string(i) + ".example.net";
    servers[i].task.path->mx_preference = i == 2 ? 20 : 10;
  }
  watched.roster.on_answer(servers, kNow);
  CHECK(watched.has("mail example.net:25"));
  REQUIRE(name->servers.size() == 2);
  CHECK(name->servers[1].host == "mx1.example.net");
}

TEST_CASE("there are never more monitors than there is room for", "[monitor][roster]") {
  const TemporaryFile list("192.0.2.0/28\n");
  watch::Settings settings;
  settings.groups = {group_of("edge", list.path)};
  Watched watched(settings, 5);
  watched.apply();
  CHECK(watched.roster.size() == 5);
  CHECK(watched.roster.refused() == 11);
}

}  // namespace
}  // namespace mxsweep::monitor
