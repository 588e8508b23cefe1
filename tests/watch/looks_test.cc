// SPDX-License-Identifier: MIT
// What pages, API and metrics read of the monitor.
#include <algorithm>

#include "mxsweep/watch/certificates.h"
#include "mxsweep/watch/changes.h"
#include "watch/watch_scene.h"

namespace mxsweep::watch {
namespace {

using namespace std::chrono_literals;

Settings two_groups() {
  Settings settings;
  settings.groups.resize(2);
  settings.groups[0].name = "edge";
  settings.groups[1].name = "core";
  settings.groups[1].objective = Group::Objective{};
  return settings;
}

Sample sample_with(Verdict verdict, WallTime at) {
  Sample sample;
  sample.verdict = verdict;
  sample.outcome = verdict == Verdict::bad ? Outcome::failed : Outcome::ok;
  sample.phase = verdict == Verdict::bad ? Phase::connect : Phase::quit;
  sample.cause = verdict == Verdict::bad ? Cause::net_timeout : Cause::none;
  sample.at = at;
  sample.with_tls = true;
  return sample;
}

// A Watch without a world: results as they are given.
struct Bare {
  Moment now = kSceneStart;
  Watch watch{two_groups(), Zones{}, 20, 1, kSceneStart};

  Bare() {
    for (std::uint32_t i = 0; i < 10; ++i) {
      Monitor monitor = WatchScene::server(i * 256, i < 6 ? 0 : 1);
      watch.add(std::move(monitor), i, now);
    }
    watch.end_of_monitors(now);
  }
  void result(MonitorId id, Verdict verdict) {
    watch.on_result(id, sample_with(verdict, now.wall), now);
  }
  void ask(MonitorId id) {
    watch.ask(id, now);
    now = now + 100ms;  // The schedule has ticks.
  }
  [[nodiscard]] std::uint32_t sum(GroupNumber group) const {
    const GroupCounts& counts = watch.counts(group);
    return counts.up + counts.down + counts.unobserved + counts.maintenance;
  }
};

}  // namespace

TEST_CASE("the counts of a group follow each change", "[watch][looks]") {
  Bare bare;
  Watch& watch = bare.watch;
  CHECK(watch.end() == 10);
  CHECK(watch.added() == 10);
  CHECK(watch.counts(0).of(State::unknown) == 6);
  CHECK(watch.counts(0).unobserved == 6);
  for (MonitorId id = 0; id < 10; ++id) bare.result(id, Verdict::good);
  CHECK(watch.counts(0).of(State::up) == 6);
  CHECK(watch.counts(1).up == 4);
  for (int i = 0; i < 3; ++i) bare.result(2, Verdict::bad);
  CHECK(watch.counts(0).of(State::down) == 1);
  CHECK(watch.counts(0).down == 1);
  CHECK(bare.sum(0) == 6);
  REQUIRE(watch.silence({}, true, "me", "", 1h, bare.now).ok());
  watch.turn(bare.now);
  CHECK(watch.counts(0).maintenance == 6);
  CHECK(watch.counts(0).of(State::down) == 1);
  watch.remove(2, bare.now);
  CHECK_FALSE(watch.used(2));
  CHECK_FALSE(watch.used(99));
  CHECK(watch.counts(0).of(State::down) == 0);
  CHECK(bare.sum(0) == 5);

  Settings swapped = two_groups();
  std::swap(swapped.groups[0], swapped.groups[1]);
  watch.reload(swapped, Zones{}, bare.now);
  CHECK(bare.sum(1) == 5);
  CHECK(bare.sum(0) == 4);
  CHECK(watch.counts(0).of(State::up) == 4);
}

TEST_CASE("a monitor is probed at once if that is asked for", "[watch][looks]") {
  Bare bare;
  Watch& watch = bare.watch;
  bare.now = bare.now + 5min;
  while (const auto probe = watch.next_probe(bare.now)) bare.result(probe->monitor, Verdict::good);
  CHECK_FALSE(watch.next_probe(bare.now));
  bare.ask(4);
  const auto probe = watch.next_probe(bare.now);
  REQUIRE(probe);
  CHECK(probe->monitor == 4);
  CHECK(probe->fresh);
  CHECK(watch.open_probes() == 1);
  bare.ask(4);  // While one is open: another one after it.
  CHECK_FALSE(watch.next_probe(bare.now));
  bare.result(4, Verdict::good);
  bare.now = bare.now + 100ms;
  REQUIRE(watch.next_probe(bare.now));
  bare.result(4, Verdict::good);
  CHECK_FALSE(watch.next_probe(bare.now));
  CHECK(watch.open_probes() == 0);
}

TEST_CASE("asking for a probe does not confirm a failure any sooner", "[watch][looks]") {
  Bare bare;
  Watch& watch = bare.watch;
  bare.now = bare.now + 5min;
  while (const auto probe = watch.next_probe(bare.now)) bare.result(probe->monitor, Verdict::good);
  bare.ask(4);
  REQUIRE(watch.next_probe(bare.now));
  bare.result(4, Verdict::bad);
  bare.ask(4);
  CHECK_FALSE(watch.next_probe(bare.now));
  bare.now = bare.now + 20s;
  bool confirmed = false;
  while (const auto probe = watch.next_probe(bare.now)) {
    confirmed = confirmed || probe->monitor == 4;
    bare.result(probe->monitor, Verdict::good);
  }
  CHECK(confirmed);
}

TEST_CASE("a group with an objective has a level, others have none", "[watch][looks]") {
  Bare bare;
  CHECK_FALSE(bare.watch.level(0, bare.now));
  for (MonitorId id = 0; id < 10; ++id) bare.result(id, Verdict::good);
  bare.now = bare.now + 10min;
  auto level = bare.watch.level(1, bare.now);
  REQUIRE(level);
  CHECK(level->objective.target == 0.999);
  CHECK(level->budget_left == 1);
  CHECK(level->burn_hour == 0);
  for (int i = 0; i < 3; ++i) bare.result(8, Verdict::bad);
  bare.now = bare.now + 10min;
  level = bare.watch.level(1, bare.now);
  CHECK(level->budget_left < 1);
  CHECK(level->burn_hour > level->burn_day);
}

TEST_CASE("an open incident is found by its number and by its member", "[watch][looks]") {
  Bare bare;
  Watch& watch = bare.watch;
  for (MonitorId id = 0; id < 10; ++id) bare.result(id, Verdict::good);
  CHECK(watch.incident_of(3) == 0);
  for (int i = 0; i < 3; ++i) bare.result(3, Verdict::bad);
  for (int i = 0; i < 60 && watch.incident_of(3) == 0; ++i) {
    bare.now = bare.now + 5s;
    watch.turn(bare.now);
  }
  const IncidentId id = watch.incident_of(3);
  REQUIRE(id != 0);
  const Incident* const incident = watch.incident(id);
  REQUIRE(incident != nullptr);
  CHECK(incident->members == std::vector<MonitorId>{3});
  CHECK(watch.headline(*incident) == "10.0.3.0:25: connect timeout");
  CHECK(watch.evidence(id).empty());  // These samples have no records.
  CHECK(watch.deliveries(id).empty());
  CHECK(watch.incident(99) == nullptr);
  CHECK(watch.sight() == Sight::clear);
}

}  // namespace mxsweep::watch
