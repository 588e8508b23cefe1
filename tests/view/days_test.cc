// SPDX-License-Identifier: MIT
#include "view/days.h"

#include "mxsweep/core/random.h"
#include "view/board_scene.h"

namespace mxsweep::view {
namespace {

using namespace std::chrono_literals;
using std::chrono::duration_cast;
using std::chrono::microseconds;

// Microseconds of all that add up, and no more than so much apart.
bool about(microseconds a, microseconds b, microseconds apart = 13min) {
  return a - b <= apart && b - a <= apart;
}

}  // namespace

TEST_CASE("the time of a group adds up to its monitors times the time", "[view][days]") {
  BoardScene scene({"edge"});
  scene.begin(10);
  scene.pass(1h);
  scene.fail(3);
  scene.pass(1h);
  const GroupFacts group = scene.board->overview(0, 9, scene.now).groups[0];
  CHECK(group.days.back().whole() == 10 * 2h);
  // Until the first results nothing was observed.
  CHECK(group.days.back().unobserved > 0s);
  CHECK(group.days.back().unobserved < 10 * 60s);
  CHECK(group.days.back().down > 55min);
  CHECK(group.days.back().down < 60min);
  CHECK(group.days[kDays - 2].whole() == 0s);
}

TEST_CASE("a day ends at midnight of UTC, for groups and for monitors", "[view][days]") {
  BoardScene scene({"edge"});
  scene.begin(10);
  scene.pass(11h);
  scene.fail(3);
  scene.pass(3h);  // From 23:00 to 02:00.
  const GroupFacts group = scene.board->overview(0, 9, scene.now).groups[0];
  CHECK(group.days.back().whole() == 10 * 2h);
  CHECK(group.days.back().down == 2h);
  CHECK(group.days[kDays - 2].whole() == 10 * 12h);
  CHECK(about(group.days[kDays - 2].down, 59min, 1min));
  const MonitorPage page = scene.page(3);
  CHECK(about(page.days.back().down, 2h, 1s));
  CHECK(page.days.back().up < 1s);
  const Day& yesterday = page.days[kDays - 2];
  CHECK(yesterday.whole() == 24h);
  CHECK(about(yesterday.down, 59min, 1min));
  CHECK(about(yesterday.up, 11h));
  CHECK(about(yesterday.unobserved, 12h));  // It was not watched then.
  REQUIRE(page.day);
  CHECK(*page.day > 0.75);
  CHECK(*page.day < 0.82);
}

TEST_CASE("midnight lies between two results", "[view][days]") {
  MonitorDays days(10);
  const DayNumber day = 20'000;
  watch::Shares whole;
  days.advance(3, whole, TimeKind::up, begin_of(day) + 1h);
  whole.up = 22h + 59min;
  // The next result, a minute later, is the first that says that it is down.
  whole.up += 1min + 30s;
  days.advance(3, whole, TimeKind::up, begin_of(day + 1) + 30s);
  const auto found = days.days(3, whole, begin_of(day + 1) + 30s);
  CHECK(found.back().up == 30s);
  CHECK(about(found[kDays - 2].up, 23h));
}

TEST_CASE("a step of the wall clock is no time", "[view][days]") {
  BoardScene scene({"edge"});
  scene.begin(4);
  scene.pass(2h);
  scene.step_clock(72h);
  scene.pass(2h);
  const auto ahead = scene.board->overview(0, 9, scene.now).groups[0].days;
  CHECK(ahead.back().whole() == 4 * 2h);
  CHECK(ahead[kDays - 2].whole() == 0s);
  CHECK(ahead[kDays - 3].whole() == 0s);
  CHECK(ahead[kDays - 4].whole() == 4 * 2h);
  MonitorPage page = scene.page(1);
  CHECK(about(page.days.back().up, 2h, 1s));
  CHECK(page.days[kDays - 2].whole() == 0s);
  CHECK(about(page.days[kDays - 4].up, 2h));
  scene.step_clock(-72h);
  scene.pass(1h);
  const auto back = scene.board->overview(0, 9, scene.now).groups[0].days;
  CHECK(back.back().whole() == 4 * 3h);
  CHECK(back[kDays - 2].whole() == 0s);
  page = scene.page(1);
  CHECK(about(page.days.back().up, 3h));
}

TEST_CASE("a clock that was far ahead does not stop the days", "[view][days]") {
  BoardScene scene({"edge"});
  scene.begin(2);
  scene.pass(1h);
  scene.step_clock(24h * 4000);
  scene.pass(1h);
  scene.step_clock(-24h * 4000);
  scene.pass(1h);
  CHECK(scene.board->overview(0, 9, scene.now).groups[0].days.back().whole() >= 2 * 1h);
  CHECK(scene.page(0).days.back().up >= 59min);
}

TEST_CASE("earlier days come from the history, whenever it is read", "[view][days]") {
  for (const Duration later : {Duration{0s}, Duration{3h}, Duration{14h}}) {
    BoardScene scene({"edge"});
    scene.begin(3);
    scene.pass(later + 1min);
    const DayNumber began = day_of(kNoon.wall);
    std::vector<MonitorDay> rows;
    for (watch::MonitorId id = 0; id < 2; ++id) {
      rows.push_back({scene.key(id), began, {.up = 10h, .down = 1h}});
      rows.push_back({scene.key(id), began - 1, {.up = 23h, .down = 1h}});
      rows.push_back({scene.key(id), began - 89, {.up = 24h}});
      rows.push_back({scene.key(id), began - 90, {.up = 24h}});
    }
    rows.push_back({"edge gone:25", began, {.up = 10h}});
    const auto before = scene.board->overview(0, 9, scene.now).groups[0].days;
    scene.board->restore(rows);
    scene.board->restore(rows);  // What is known is not changed.
    const auto after = scene.board->overview(0, 9, scene.now).groups[0].days;
    const auto today = static_cast<std::size_t>(day_of(scene.now.wall) - began);
    const std::size_t first = kDays - 1 - today;
    CHECK(after[first].down == before[first].down + 2 * 1h);
    CHECK(after[first].up == before[first].up + 2 * 10h);
    CHECK(after[first - 1] == Day{.up = 2 * 23h, .down = 2 * 1h});
    if (today == 0) {
      CHECK(after[0] == Day{.up = 2 * 24h});
    }
    const MonitorPage page = scene.page(0);
    CHECK(about(page.days[first - 1].down, 1h, 2s));
    CHECK(about(page.days[first].down, 1h, 2s));
    CHECK(about(page.days[first].up,
                10h + duration_cast<microseconds>(std::min(later, Duration{12h})), 20min));
    const MonitorPage other = scene.page(2);
    CHECK(other.days[first].down == 0s);
    CHECK(other.days[first - 1].whole() == 0s);
  }
}

TEST_CASE("of many monitors thirty days are kept, of their groups ninety", "[view][days]") {
  BoardOptions options;
  options.monitors_expected = kManyMonitors + 1;
  BoardScene scene({"edge"}, options);
  scene.begin(2);
  scene.pass(1min);
  const DayNumber began = day_of(kNoon.wall);
  std::vector<MonitorDay> rows;
  for (DayNumber age = 1; age < 90; ++age) {
    rows.push_back({scene.key(0), began - age, {.up = 23h, .down = 1h}});
  }
  scene.board->restore(rows);
  const MonitorPage page = scene.page(0);
  CHECK(page.days[kDays - 30].down == 1h);
  CHECK(page.days[kDays - 31].whole() == 0s);
  CHECK(page.month);
  CHECK_FALSE(page.quarter);
  CHECK(scene.board->overview(0, 9, scene.now).groups[0].days[0].down == 1h);
}

TEST_CASE("days of a monitor that is watched for months", "[view][days]") {
  MonitorDays days(10);
  watch::Shares whole;
  const DayNumber first = 20'000;
  WallTime now = begin_of(first);
  days.advance(0, whole, TimeKind::up, now);
  for (int day = 0; day < 200; ++day) {
    // Each day it is down for as many minutes.
    whole.down += std::chrono::minutes{day};
    whole.up += 24h - std::chrono::minutes{day};
    now += 24h;
    days.advance(0, whole, TimeKind::up, now);
  }
  const auto found = days.days(0, whole, now);
  CHECK(found.back().whole() < 1s);
  for (std::size_t i = 0; i + 1 < kDays; ++i) {
    const std::int64_t day = 200 - static_cast<std::int64_t>(kDays - 1 - i);
    CHECK(about(found[i].down, std::chrono::minutes{day}, 3s));
    CHECK(about(found[i].up + found[i].down, 24h));
  }
}

TEST_CASE("time of a monitor that cannot be observed, and in maintenance", "[view][days]") {
  BoardScene scene({"edge"});
  scene.settings.groups[0].void_after = 1h;
  scene.begin(4);
  scene.pass(30min);
  scene.fail(2, kGreylisted);
  scene.pass(3h);
  const GroupFacts group = scene.board->overview(0, 9, scene.now).groups[0];
  CHECK(about(group.days.back().unobserved, 2h, 5min));
  CHECK(group.counts.unobserved == 1);
  CHECK(about(scene.page(2).days.back().unobserved, 2h, 5min));
  CHECK(scene.page(2).monitor.unobserved);
  watch::Selector all;
  REQUIRE(scene.watch->silence(all, true, "me", "", 1h, scene.now).ok());
  scene.pass(2h);
  const GroupFacts later = scene.board->overview(0, 9, scene.now).groups[0];
  CHECK(about(later.days.back().maintenance, 4 * 1h, 1s));
  CHECK(later.counts.maintenance == 0);
  CHECK(later.days.back().whole() == 4 * (5h + 30min));
}

// Whatever happens, no time is lost or counted twice.
TEST_CASE("the days of a group are those of its monitors together", "[view][days][property]") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Random random(seed);
    BoardScene scene({"edge"});
    scene.begin(6);
    for (int i = 0; i < 60; ++i) {
      const watch::MonitorId id = random.below(6);
      random.below(3) == 0 ? scene.fail(id) : scene.recover(id);
      scene.pass(std::chrono::minutes{random.below(40)});
    }
    watch::Shares sum;
    for (watch::MonitorId id = 0; id < 6; ++id) {
      const watch::Shares shares = scene.watch->shares(id, scene.now);
      sum.up += shares.up;
      sum.down += shares.down;
      sum.unobserved += shares.unobserved;
    }
    watch::Shares days;
    const Overview facts = scene.board->overview(0, 9, scene.now);
    for (const Day& day : facts.groups[0].days) {
      days.up += day.up;
      days.down += day.down;
      days.unobserved += day.unobserved;
    }
    CHECK(days == sum);
  }
}

}  // namespace mxsweep::view
