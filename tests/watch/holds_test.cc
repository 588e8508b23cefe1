// SPDX-License-Identifier: MIT
#include "mxsweep/watch/holds.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.h"

namespace mxsweep::watch {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

WallTime utc(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  return WallTime(std::chrono::sys_days(date)) + hours(hour) + minutes(minute);
}

// This process began when the wall clock showed 2026-01-01.
Moment moment(WallTime wall) { return {Instant(hours{1000}) + (wall - utc(2026, 1, 1)), wall}; }

TimeZone berlin() {
  return {{{utc(2025, 10, 26, 1), seconds{3600}, "CET"},
           {utc(2026, 3, 29, 1), seconds{7200}, "CEST"},
           {utc(2026, 10, 25, 1), seconds{3600}, "CET"}}};
}

Monitor monitor_of(std::string target, std::string meta = {}) {
  Monitor monitor;
  monitor.target = std::move(target);
  monitor.meta = std::move(meta);
  return monitor;
}

SilenceRow silence_of(WallTime from, WallTime until) {
  SilenceRow row;
  row.from = from;
  row.until = until;
  return row;
}

struct HoldScene {
  Settings settings;
  Zones zones{{"Europe/Berlin", berlin()}, {"UTC", {}}};
  Monitor monitor = monitor_of("mx1.example.org");

  HoldScene() { settings.groups.emplace_back().name = "mail"; }
  MaintenanceRule& rule(Duration at, Duration lasts) {
    MaintenanceRule& rule = settings.maintenance.emplace_back();
    rule.name = "backup";
    rule.at = at;
    rule.lasts = lasts;
    rule.time_zone = "Europe/Berlin";
    return rule;
  }
  // The windows between two moments, as next() and turn() find them.
  std::vector<std::pair<WallTime, WallTime>> windows(WallTime from, WallTime until) {
    Moment now = moment(from);
    Holds holds(settings, zones, now);
    std::vector<std::pair<WallTime, WallTime>> found;
    bool before = holds.in_maintenance(monitor);
    while (holds.next(now) != kNever) {
      now = moment(now.wall_at(holds.next(now)));
      if (now.wall > until) break;
      std::vector<SilenceRow> changed;
      holds.turn(now, changed);
      CHECK(changed.empty());
      const bool active = holds.in_maintenance(monitor);
      if (active && !before) found.emplace_back(now.wall, WallTime{});
      if (!active && before && !found.empty()) found.back().second = now.wall;
      before = active;
    }
    return found;
  }
};

TEST_CASE("an empty selector has everything", "[watch][holds]") {
  CHECK(matches({}, monitor_of("mx1.example.org"), {}, Severity::info));
}

TEST_CASE("all that a selector gives must match", "[watch][holds]") {
  Group group;
  group.name = "mail";
  Selector selector;
  selector.group = "mail";
  selector.severity = Severity::critical;
  const Monitor monitor = monitor_of("mx1.example.org");
  CHECK(matches(selector, monitor, group, Severity::critical));
  CHECK_FALSE(matches(selector, monitor, group, Severity::warning));
  group.name = "other";
  CHECK_FALSE(matches(selector, monitor, group, Severity::critical));
}

TEST_CASE("a target has a star at either end, and no case", "[watch][holds]") {
  const auto has = [](const char* pattern, const char* target) {
    Selector selector;
    selector.target = pattern;
    return matches(selector, monitor_of(target), {}, Severity::critical);
  };
  CHECK(has("mx1.example.org", "MX1.example.ORG"));
  CHECK_FALSE(has("mx1.example.org", "mx1.example.org.test"));
  CHECK(has("*.example.org", "mx1.Example.org"));
  CHECK_FALSE(has("*.example.org", "example.org"));
  CHECK(has("mx1*", "mx1.example.org"));
  CHECK_FALSE(has("mx1*", "mx2.example.org"));
  CHECK(has("*example*", "mx1.example.org"));
  CHECK_FALSE(has("*example*", "mx1.test"));
  CHECK(has("*", "192.0.2.1"));
  CHECK(has("**", "192.0.2.1"));
  CHECK(has("192.0.2.*", "192.0.2.1"));
  CHECK_FALSE(has("", "192.0.2.1"));
}

TEST_CASE("labels are the group's, or text fields of meta", "[watch][holds]") {
  Group group;
  group.labels = {{"team", "mail"}};
  Selector selector;
  const auto has = [&](const char* meta) {
    return matches(selector, monitor_of("a", meta), group, Severity::critical);
  };
  selector.labels = {{"team", "mail"}};
  CHECK(has(""));
  selector.labels = {{"team", "mail"}, {"rack", "b7"}};
  CHECK_FALSE(has(""));
  CHECK(has(R"({"x":1,"rack":"b7"})"));
  CHECK(has(R"({"rack":"\u00627"})"));
  CHECK_FALSE(has(R"({"rack":"b8"})"));
  CHECK_FALSE(has(R"({"rack":7})"));
  CHECK_FALSE(has(R"(["rack","b7"])"));
  CHECK_FALSE(has(R"({"rack)"));
  selector.labels = {{"a", "1"}, {"b", "2"}};
  CHECK(has(R"({"b":"2","a":"1"})"));
}

TEST_CASE("a silence holds until it expires", "[watch][holds]") {
  HoldScene scene;
  const Moment begin = moment(utc(2026, 5, 1));
  Holds holds(scene.settings, scene.zones, begin);
  CHECK(holds.next(begin) == kNever);
  const std::uint64_t id = holds.add(silence_of(begin.wall, begin.wall + hours{2}));
  CHECK(id == 1);
  CHECK(holds.next(begin) == begin.at);
  std::vector<SilenceRow> changed;
  CHECK(holds.turn(begin, changed) == Holds::Change::some);
  REQUIRE(changed.size() == 1);
  CHECK(changed[0].id == 1);
  CHECK(holds.holds(scene.monitor, Severity::critical));
  CHECK_FALSE(holds.in_maintenance(scene.monitor));
  CHECK(holds.active().size() == 1);
  CHECK(holds.next(begin) == begin.at + hours{2});
  changed.clear();
  CHECK(holds.turn(begin + hours{1}, changed) == Holds::Change::none);
  CHECK(holds.turn(begin + hours{2}, changed) == Holds::Change::some);
  CHECK(changed.size() == 1);
  CHECK_FALSE(holds.holds(scene.monitor, Severity::critical));
  CHECK(holds.active().empty());
  CHECK(holds.next(begin + hours{2}) == kNever);
  CHECK(holds.add(silence_of(begin.wall, begin.wall + hours{9})) == 2);
}

TEST_CASE("a silence is ended before its time, once", "[watch][holds]") {
  HoldScene scene;
  const Moment begin = moment(utc(2026, 5, 1));
  Holds holds(scene.settings, scene.zones, begin);
  const std::uint64_t id = holds.add(silence_of(begin.wall, begin.wall + hours{2}));
  std::vector<SilenceRow> changed;
  holds.turn(begin, changed);
  const Moment now = begin + minutes{5};
  CHECK(holds.end(id, now));
  CHECK_FALSE(holds.end(id, now));
  CHECK_FALSE(holds.end(77, now));
  changed.clear();
  CHECK(holds.turn(now, changed) == Holds::Change::some);
  REQUIRE(changed.size() == 1);
  CHECK(changed[0].until == now.wall);
  CHECK_FALSE(holds.holds(scene.monitor, Severity::critical));
}

TEST_CASE("silences survive a restart, and numbers are not given twice", "[watch][holds]") {
  HoldScene scene;
  const Moment now = moment(utc(2026, 5, 1));
  Holds holds(scene.settings, scene.zones, now);
  SilenceRow old = silence_of(now.wall - hours{3}, now.wall - hours{1});
  old.id = 8;
  SilenceRow current = silence_of(now.wall - hours{1}, now.wall + hours{1});
  current.id = 7;
  current.maintenance = true;
  current.match.severity = Severity::warning;
  holds.restore({old, current});
  CHECK(holds.holds(scene.monitor, Severity::warning));
  CHECK_FALSE(holds.holds(scene.monitor, Severity::critical));
  CHECK_FALSE(holds.in_maintenance(scene.monitor));  // Of one severity: results count.
  CHECK(holds.active().size() == 1);
  CHECK(holds.add(silence_of(now.wall, now.wall + hours{1})) == 9);
}

TEST_CASE("maintenance by hand is one, for what it has", "[watch][holds]") {
  HoldScene scene;
  const Moment now = moment(utc(2026, 5, 1));
  Holds holds(scene.settings, scene.zones, now);
  SilenceRow row = silence_of(now.wall, now.wall + hours{1});
  row.maintenance = true;
  row.match.target = "*.example.org";
  holds.add(std::move(row));
  std::vector<SilenceRow> changed;
  holds.turn(now, changed);
  CHECK(holds.in_maintenance(scene.monitor));
  CHECK(holds.holds(scene.monitor, Severity::info));
  CHECK_FALSE(holds.in_maintenance(monitor_of("mx.test")));
}

TEST_CASE("a daily window begins at a local time, and both changes are kept", "[watch][holds]") {
  HoldScene scene;
  scene.rule(hours{2} + minutes{30}, hours{1});
  SECTION("in March 02:30 does not exist: it is 03:30") {
    const auto windows = scene.windows(utc(2026, 3, 27, 12), utc(2026, 3, 30, 12));
    REQUIRE(windows.size() == 3);
    CHECK(windows[0] == std::pair(utc(2026, 3, 28, 1, 30), utc(2026, 3, 28, 2, 30)));
    CHECK(windows[1] == std::pair(utc(2026, 3, 29, 1, 30), utc(2026, 3, 29, 2, 30)));
    CHECK(windows[2] == std::pair(utc(2026, 3, 30, 0, 30), utc(2026, 3, 30, 1, 30)));
  }
  SECTION("in October 02:30 exists twice: it is the first") {
    const auto windows = scene.windows(utc(2026, 10, 23, 12), utc(2026, 10, 26, 12));
    REQUIRE(windows.size() == 3);
    CHECK(windows[0] == std::pair(utc(2026, 10, 24, 0, 30), utc(2026, 10, 24, 1, 30)));
    CHECK(windows[1] == std::pair(utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 1, 30)));
    CHECK(windows[2] == std::pair(utc(2026, 10, 26, 1, 30), utc(2026, 10, 26, 2, 30)));
  }
}

TEST_CASE("a window lasts for elapsed time, over a change of the clocks", "[watch][holds]") {
  HoldScene scene;
  scene.rule(hours{1}, hours{4}).weekdays = 1;  // Sundays from 01:00, in March until 06:00.
  const auto march = scene.windows(utc(2026, 3, 28), utc(2026, 3, 30));
  REQUIRE(march.size() == 1);
  CHECK(march[0] == std::pair(utc(2026, 3, 29, 0), utc(2026, 3, 29, 4)));
  const auto october = scene.windows(utc(2026, 10, 24), utc(2026, 10, 26));
  REQUIRE(october.size() == 1);
  CHECK(october[0] == std::pair(utc(2026, 10, 24, 23), utc(2026, 10, 25, 3)));
}

TEST_CASE("a weekly window is on its days", "[watch][holds]") {
  HoldScene scene;
  MaintenanceRule& rule = scene.rule(hours{22}, hours{4});
  rule.weekdays = 1U << 1U | 1U << 5U;  // Monday and Friday, over midnight.
  rule.time_zone = "UTC";
  const auto windows = scene.windows(utc(2026, 6, 1), utc(2026, 6, 15));
  REQUIRE(windows.size() == 4);
  CHECK(windows[0] == std::pair(utc(2026, 6, 1, 22), utc(2026, 6, 2, 2)));
  CHECK(windows[1].first == utc(2026, 6, 5, 22));
  CHECK(windows[2].first == utc(2026, 6, 8, 22));
  CHECK(windows[3].first == utc(2026, 6, 12, 22));
}

TEST_CASE("a dated window is once", "[watch][holds]") {
  HoldScene scene;
  scene.rule(hours{20}, hours{72}).date = "2026-12-24";
  const auto windows = scene.windows(utc(2026, 1, 1), utc(2028, 1, 1));
  REQUIRE(windows.size() == 1);
  CHECK(windows[0] == std::pair(utc(2026, 12, 24, 19), utc(2026, 12, 27, 19)));
}

TEST_CASE("a date in the far future overflows nothing", "[watch][holds]") {
  HoldScene scene;
  scene.rule(hours{20}, hours{1}).date = "9999-12-31";
  const Moment now = moment(utc(2026, 1, 1));
  const Holds holds(scene.settings, scene.zones, now);
  CHECK(holds.next(now) > now.at + hours{24 * 300});
  CHECK_FALSE(holds.in_maintenance(scene.monitor));
}

TEST_CASE("windows longer than their distance do not end", "[watch][holds]") {
  HoldScene scene;
  scene.rule(hours{0}, hours{30});
  Moment now = moment(utc(2026, 6, 1));
  Holds holds(scene.settings, scene.zones, now);
  std::vector<SilenceRow> changed;
  for (int hour = 0; hour < 100; ++hour, now = now + hours{1}) {
    holds.turn(now, changed);
    CHECK(holds.in_maintenance(scene.monitor));
  }
}

TEST_CASE("the process begins, and the clock is set, inside a window", "[watch][holds]") {
  HoldScene scene;
  scene.rule(hours{2}, hours{2}).time_zone = "UTC";
  Holds holds(scene.settings, scene.zones, moment(utc(2026, 6, 1, 3)));
  CHECK(holds.in_maintenance(scene.monitor));
  REQUIRE(holds.active().size() == 1);
  CHECK(holds.active()[0].id == 0);
  CHECK(holds.active()[0].note == "backup");
  CHECK(holds.active()[0].until == utc(2026, 6, 1, 4));
  std::vector<SilenceRow> changed;
  CHECK(holds.turn(moment(utc(2026, 6, 1, 4)), changed) == Holds::Change::some);
  CHECK_FALSE(holds.in_maintenance(scene.monitor));
  // Back by two hours.
  CHECK(holds.turn(moment(utc(2026, 6, 1, 2)), changed) == Holds::Change::some);
  CHECK(holds.in_maintenance(scene.monitor));
}

TEST_CASE("a reload replaces the windows and keeps the silences", "[watch][holds]") {
  HoldScene scene;
  scene.rule(hours{0}, hours{24});
  const Moment now = moment(utc(2026, 6, 1, 3));
  Holds holds(scene.settings, scene.zones, now);
  SilenceRow silence = silence_of(now.wall, now.wall + hours{1});
  silence.match.target = "other";
  holds.add(std::move(silence));
  std::vector<SilenceRow> changed;
  holds.turn(now, changed);
  HoldScene without;
  holds.reload(without.settings, without.zones, now);
  CHECK(holds.turn(now, changed) == Holds::Change::some);
  CHECK_FALSE(holds.in_maintenance(scene.monitor));
  CHECK(holds.holds(monitor_of("other"), Severity::info));
}

}  // namespace
}  // namespace mxsweep::watch
