// SPDX-License-Identifier: MIT
// The page of a monitor, its history, lists of incidents, and metrics.
#include <algorithm>
#include <map>

#include "view/board_scene.h"

namespace mxsweep::view {
namespace {

using namespace std::chrono_literals;
using watch::MonitorId;

constexpr auto kConnect = static_cast<std::size_t>(Lap::connect);
constexpr auto kTotal = static_cast<std::size_t>(Lap::total);

}  // namespace

TEST_CASE("bands show how long a server took, and how often it failed", "[view][pages]") {
  BoardScene scene;
  scene.begin(2);
  for (std::uint32_t minute = 0; minute < 30; ++minute) {
    scene.answers[0] = {Outcome::ok, Phase::quit, Cause::none, 1000 + 10 * minute, 50'000};
    scene.pass(1min);
  }
  scene.fail(0);
  scene.pass(10min);
  const MonitorPage page = scene.page(0);
  REQUIRE(page.last);
  CHECK(page.last->outcome == Outcome::failed);
  CHECK(page.last->cause == Cause::net_timeout);
  CHECK(page.last->state == watch::State::down);
  REQUIRE_FALSE(page.bands.empty());
  CHECK(page.bands.size() <= 48);
  std::uint32_t failed = 0;
  std::uint32_t totals = 0;
  for (std::size_t i = 0; i < page.bands.size(); ++i) {
    const Band& band = page.bands[i];
    CHECK(band.lasts == page.bands[0].lasts);
    if (i > 0) {
      CHECK(band.from == page.bands[i - 1].from + page.bands[0].lasts);
    }
    const Quantiles& connect = band.laps[kConnect];
    CHECK(connect.p10 <= connect.p50);
    CHECK(connect.p50 <= connect.p90);
    failed += band.failed;
    totals += band.laps[kTotal].count;
  }
  CHECK(totals == 30);
  CHECK(failed >= 10);
  CHECK(page.bands.front().laps[kConnect].p50 >= 990us);
  CHECK(page.bands.front().laps[kConnect].p50 <= 1030us);
  CHECK(page.bands.back().laps[kConnect].count == 0);
}

TEST_CASE("a full ring makes no more than 48 bands", "[view][pages]") {
  BoardScene scene;
  scene.begin(1);
  scene.pass(25h);
  const MonitorPage page = scene.page(0);
  CHECK(page.bands.size() <= 48);
  CHECK(page.bands.size() >= 40);
  std::uint32_t totals = 0;
  for (const Band& band : page.bands) totals += band.laps[kTotal].count;
  CHECK(totals == kProbesMost);
}

TEST_CASE("the latest results come in pages, oldest first", "[view][pages]") {
  BoardScene scene;
  scene.begin(2);
  scene.pass(1h);
  const std::string id = id_of(scene.key(1));
  std::vector<WallTime> all;
  WallTime from{};
  for (int page = 0; page < 20; ++page) {
    const auto history = scene.board->history(id, from, 7, scene.now);
    REQUIRE(history);
    CHECK(history->monitor.key == scene.key(1));
    CHECK(history->probes.size() <= 7);
    for (const ProbeFacts& probe : history->probes) all.push_back(probe.at);
    if (history->next.empty()) break;
    from = WallTime{std::chrono::microseconds{std::stoll(history->next)}};
  }
  CHECK(all.size() == 60);
  CHECK(std::ranges::adjacent_find(all, std::greater_equal<>()) == all.end());
  CHECK_FALSE(scene.board->history("0123456789abcdef", from, 7, scene.now));
}

TEST_CASE("incidents are listed from the newest, page by page", "[view][incidents]") {
  BoardScene scene;
  scene.begin(30);
  scene.pass(2min);
  for (MonitorId id = 0; id < 6; ++id) {
    scene.fail(id);
    scene.pass(5min);
    if (id < 4) scene.recover(id);
    scene.pass(5min);
  }
  std::vector<std::uint64_t> ids;
  Board::IncidentFilter filter;
  for (int page = 0; page < 10; ++page) {
    const IncidentList list = scene.board->incidents(filter, 2, scene.now);
    for (const IncidentFacts& facts : list.incidents) ids.push_back(facts.incident.id);
    if (list.next == 0) break;
    filter.below = list.next;
  }
  CHECK(ids == std::vector<std::uint64_t>{6, 5, 4, 3, 2, 1});
  filter = {};
  filter.open = true;
  CHECK(scene.board->incidents(filter, 100, scene.now).incidents.size() == 2);
  filter.open = false;
  CHECK(scene.board->incidents(filter, 100, scene.now).incidents.size() == 4);
}

TEST_CASE("after a restart the past of incidents is known", "[view][incidents]") {
  BoardScene scene;
  scene.begin(10);
  watch::Past past;
  for (watch::IncidentId id = 1; id <= 5; ++id) {
    watch::IncidentRow& row = past.incidents.emplace_back();
    row.incident.id = id;
    row.incident.scope_value = scene.key(2);
    row.incident.cause = Cause::net_timeout;
    row.incident.opened = scene.now.wall - 2h;
    row.incident.closed = row.incident.until = scene.now.wall - 1h;
    row.member_keys = {scene.key(2)};
    past.evidence.push_back({id, scene.key(2), scene.now.wall - 2h, "{}"});
    past.timeline.push_back({scene.now.wall - 2h, "", id, "opened", ""});
    past.delivery_log.push_back({scene.now.wall - 2h, id, "ops", "opening", true, 200, {}, ""});
  }
  past.evidence.push_back({77, scene.key(2), scene.now.wall, "{}"});
  scene.board->restore(std::move(past));
  const auto page = scene.board->incident(3, 0, 10, scene.now);
  REQUIRE(page);
  CHECK(page->members.size() == 1);
  CHECK(page->evidence.size() == 1);
  CHECK(page->timeline.size() == 1);
  CHECK(page->attempts.size() == 1);
  CHECK(page->facts.headline == "mx2.example.net:25 (10.0.2.0): connect timeout");
  CHECK_FALSE(scene.board->incident(77, 0, 10, scene.now));
  CHECK(scene.board->overview(0, 9, scene.now).recent.size() == 5);
  const MonitorPage monitor = scene.page(2);
  CHECK(monitor.incidents.size() == 5);
  REQUIRE(monitor.failure);
  CHECK(monitor.failure->record == "{}");
}

TEST_CASE("what is remembered of incidents is bounded", "[view][incidents]") {
  BoardScene scene;
  scene.begin(10);
  watch::Effects effects;
  for (watch::IncidentId id = 1; id <= 1500; ++id) {
    effects = {};
    watch::IncidentRow& row = effects.batch.incidents.emplace_back();
    row.incident.id = id;
    row.incident.closed = row.incident.until = scene.now.wall;
    row.member_keys = {scene.key(static_cast<MonitorId>(id % 10))};
    for (int i = 0; i < 30; ++i) {
      effects.batch.evidence.push_back({id, scene.key(1), scene.now.wall, std::string(1000, 'x')});
    }
    for (int i = 0; i < 210; ++i) {
      effects.batch.timeline.push_back({scene.now.wall, scene.key(1), id, "cause", "text"});
      effects.batch.delivery_log.push_back(
          {scene.now.wall, id, "ops", "update", true, 200, {}, "accepted"});
    }
    scene.board->on_effects(effects, scene.now);
  }
  CHECK(scene.board->octets_held() < 6'000'000);
  const auto latest = scene.board->incident(1500, 0, 10, scene.now);
  REQUIRE(latest);
  CHECK(latest->evidence.size() == 20);
  CHECK(latest->timeline.size() == 200);
  CHECK(latest->attempts.size() == 100);
  // The details of old ones go first, then they themselves.
  const auto old = scene.board->incident(600, 0, 10, scene.now);
  REQUIRE(old);
  CHECK(old->evidence.empty());
  CHECK_FALSE(scene.board->incident(400, 0, 10, scene.now));
}

TEST_CASE("metrics count results by group, outcome and cause", "[view][metrics]") {
  BoardScene scene({"edge", "core"});
  scene.begin(10, [](watch::Monitor& monitor, std::uint32_t i) { monitor.group = i < 5 ? 0 : 1; });
  scene.pass(1min);
  scene.fail(7);
  scene.pass(10min);
  scene.board->on_delivered("ops", true);
  scene.board->on_delivered("ops", false);
  const Metrics facts = scene.board->metrics(true, scene.now);
  REQUIRE(facts.groups.size() == 2);
  std::map<std::pair<std::string, Outcome>, std::uint64_t> counts;
  for (const ProbeCounter& probe : facts.probes) {
    counts[{probe.group, probe.outcome}] += probe.count;
    CHECK((probe.outcome == Outcome::failed) == (probe.cause == Cause::net_timeout));
  }
  CHECK(counts.at({"edge", Outcome::ok}) == 55);
  CHECK(counts.at({"core", Outcome::failed}) >= 10);
  CHECK(facts.groups[0].laps[kConnect].count() == 55);
  CHECK(facts.groups[1].counts.down == 1);
  REQUIRE(facts.open.size() == 1);
  CHECK(facts.open[0].count == 1);
  REQUIRE(facts.channels.size() == 1);
  CHECK(facts.channels[0].delivered == 1);
  CHECK(facts.channels[0].failed == 1);
  REQUIRE(facts.monitors.size() == 10);
  CHECK(facts.monitors[7].line.state == watch::State::down);
  REQUIRE(facts.monitors[7].day);
  CHECK(*facts.monitors[7].day < 0.5);
  CHECK(scene.board->metrics(false, scene.now).monitors.empty());
}

TEST_CASE("a reload gives groups other numbers, and they keep their past", "[view]") {
  BoardScene scene({"edge", "core"});
  scene.begin(10, [](watch::Monitor& monitor, std::uint32_t i) { monitor.group = i < 5 ? 0 : 1; });
  scene.fail(7, kGreylisted);
  scene.pass(10min);
  const GroupFacts before = scene.board->overview(0, 9, scene.now).groups[1];
  watch::Settings settings = scene.settings;
  std::swap(settings.groups[0], settings.groups[1]);
  settings.groups.emplace(settings.groups.begin())->name = "new";
  scene.watch->reload(settings, watch::Zones{}, scene.now);
  scene.board->on_reload("line 3 is wrong", scene.now);
  const Overview facts = scene.board->overview(0, 9, scene.now);
  CHECK(facts.now.reload_problem == "line 3 is wrong");
  REQUIRE(facts.groups.size() == 3);
  CHECK(facts.groups[0].counts.monitors == 0);
  CHECK(facts.groups[1].name == "core");
  CHECK(facts.groups[1].days == before.days);
  CHECK(facts.groups[1].counts.unobserved == 1);
  CHECK(facts.groups[2].counts.monitors == 5);
  scene.recover(7);
  scene.pass(2min);
  CHECK(scene.board->overview(0, 9, scene.now).groups[1].counts.unobserved == 0);
  CHECK(scene.board->group("core", 0, 9, scene.now)->all == 5);
  scene.board->on_reload(std::nullopt, scene.now);
  CHECK_FALSE(scene.board->now(scene.now).reload_problem);
}

TEST_CASE("trouble of the monitor itself is on every page", "[view]") {
  BoardScene scene;
  scene.begin(3);
  scene.pass(2min);
  scene.watch->on_internal("disk", "the disk is full", false, scene.now);
  scene.pass(1s);
  CHECK(scene.board->now(scene.now).trouble == "the disk is full");
  CHECK(scene.board->overview(0, 9, scene.now).incidents[0].blame == "the monitor itself");
  scene.watch->on_internal("disk", "", true, scene.now);
  scene.pass(1s);
  CHECK(scene.board->now(scene.now).trouble.empty());
}

}  // namespace mxsweep::view
