// SPDX-License-Identifier: MIT
// The scripted world itself, around the smallest monitor that there can be.
#include "watch/scripted_world.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mxsweep/watch/health.h"
#include "mxsweep/watch/schedule.h"
#include "support/catch.h"

namespace mxsweep::watch {
namespace {

using namespace std::chrono_literals;

constexpr Moment kStart{Instant{100h},
                        WallTime{std::chrono::sys_days{std::chrono::year{2026} / 3 / 29}}};

// An incident for each monitor that is down, and one channel, which is tried again until it has
// what it must have. A canary is asked for with each first failure.
class SmallWatch {
 public:
  explicit SmallWatch(std::uint32_t monitors) : all_(monitors), schedule_(monitors, kStart.at) {
    settings_.channels.resize(1);
    settings_.channels[0].name = "ops-mail";
    for (MonitorId id = 0; id < monitors; ++id) schedule_.add(id, 60s, id, false, kStart.at);
  }

  [[nodiscard]] const Settings& settings() const { return settings_; }
  [[nodiscard]] Instant next() const {
    return retry_ ? std::min(retry_->first, schedule_.next()) : schedule_.next();
  }
  void turn(const Moment& now) {
    if (!retry_ || retry_->first > now.at) return;
    effects_.sends.push_back({0, retry_->second});
    retry_.reset();
  }
  std::optional<ProbeRequest> next_probe(const Moment& now) {
    const auto due = schedule_.take(now.at);
    if (!due) return std::nullopt;
    return ProbeRequest{due->monitor, smtp::Depth::ehlo, due->at, due->confirms};
  }
  std::optional<CanaryRequest> next_canary(const Moment&) {
    return std::exchange(canary_, std::nullopt);
  }
  void on_result(MonitorId id, const Sample& sample, const Moment& now) {
    schedule_.finish(id, now.at);
    const HealthChange change = apply(all_[id], Confirmation{}, sample, sample.at);
    if (change.confirm_in) schedule_.again(id, now.at + *change.confirm_in);
    if (change.soft) canary_ = CanaryRequest{1, 0};
    if (!change.hard()) return;
    if (change.after == State::down) {
      incidents_[id] = ++incident_;
      tell(id, MessageKind::opening, "[DOWN]");
    } else if (change.before == State::down) {
      tell(id, MessageKind::closing, "[UP]");
    }
  }
  void on_canary(const CanaryRequest&, bool answered, const Moment&) {
    (answered ? canaries_well : canaries_dead) += 1;
  }
  void on_delivered(const Delivered& delivered, const Moment& now) {
    if (!delivered.ok) retry_.emplace(now.at + 5s, latest_);
  }
  void on_clock_step(std::chrono::microseconds by, const Moment&) { stepped += by; }
  Effects take_effects() { return std::exchange(effects_, {}); }

  int canaries_well = 0;
  int canaries_dead = 0;
  std::chrono::microseconds stepped{};

 private:
  void tell(MonitorId id, MessageKind kind, const std::string& subject) {
    latest_.kind = kind;
    latest_.incident = incidents_[id];
    latest_.subject = subject + " " + std::to_string(id);
    effects_.sends.push_back({0, latest_});
  }

  Settings settings_;
  std::vector<Health> all_;
  std::map<MonitorId, IncidentId> incidents_;
  IncidentId incident_ = 0;
  Schedule schedule_;
  std::optional<CanaryRequest> canary_;
  std::optional<std::pair<Instant, Message>> retry_;
  Message latest_;
  Effects effects_;
};

using World = ScriptedWorld<SmallWatch>;

TEST_CASE("a server that is down for an hour is told once, and its end", "[watch][world]") {
  SmallWatch watch(3);
  Network network;
  network.set_server(1, spells({{1h, 1h, unreachable()}}));
  World world(watch, network, kStart, 10ms);
  world.run_until(4h);
  REQUIRE(world.messages().size() == 2);
  CHECK(world.messages()[0].starts_with("2026-03-29T01:0"));
  CHECK(world.messages()[0].ends_with("Z ops-mail opening [DOWN] 1"));
  CHECK(world.messages()[1].starts_with("2026-03-29T02:0"));
  CHECK(world.messages()[1].ends_with("Z ops-mail closing [UP] 1"));
  CHECK(world.broken().empty());
  CHECK(world.untold_ends() == 0);
  CHECK(watch.canaries_well == 1);
  CHECK(world.probes() >= 3 * 240);
  CHECK(world.now().wall == kStart.wall + 4h);
}

TEST_CASE("what is throttled or slow is no outage, what alternates is several", "[watch][world]") {
  SmallWatch watch(3);
  Network network;
  network.set_server(0, [](Duration) { return throttled(); });
  network.set_server(1, [](Duration) { return well(50s); });
  network.set_server(2, alternating(1h, 3h, 30min, 30min, closed()));
  World world(watch, network, kStart, 10ms);
  world.run_until(4h);
  CHECK(world.messages().size() == 4);
  CHECK(world.broken().empty());
}

TEST_CASE("in an outage of our own nothing is reached, and no message gets out", "[watch][world]") {
  SmallWatch watch(1);
  Network network;
  network.add_own_outage(1h, 10min);
  World world(watch, network, kStart, 10ms);
  world.run_until(2h);
  CHECK(watch.canaries_dead == 1);
  REQUIRE(world.messages().size() == 2);
  CHECK(world.messages()[0] > "2026-03-29T01:10:00Z");
}

TEST_CASE("a regional outage is of those that it concerns, and clocks and actions have their time",
          "[watch][world]") {
  SmallWatch watch(10);
  Network network;
  network.add_outage(1h, 30min, unreachable(), [](MonitorId id) { return id % 2 == 0; });
  World world(watch, network, kStart, 10ms);
  world.step_clock(2h, -1h);
  Moment acted;
  world.at(3h, [&acted](SmallWatch&, const Moment& now) { acted = now; });
  world.run_until(4h);
  CHECK(world.messages().size() == 10);
  CHECK(world.broken().empty());
  CHECK(watch.stepped == -1h);
  CHECK(acted.at == kStart.at + 3h);
  CHECK(acted.wall == kStart.wall + 2h);
}

TEST_CASE("a world is the same each time that it is run", "[watch][world]") {
  std::vector<std::string> first;
  for (int run = 0; run < 2; ++run) {
    SmallWatch watch(200);
    Network network;
    for (MonitorId id = 0; id < 200; id += 7) {
      network.set_server(id, alternating(1h, 3h, std::chrono::minutes{5 + id}, 10min, closed()));
    }
    World world(watch, network, kStart, 100ms);
    world.run_until(5h);
    CHECK(world.messages().size() > 30);
    if (run == 0) first = world.messages();
    CHECK(world.messages() == first);
  }
}

TEST_CASE("an end that was told without a beginning breaks a promise", "[watch][world]") {
  Message message;
  message.incident = 1;
  ToldLedger told;
  const auto tell = [&](MessageKind kind) {
    message.kind = kind;
    told.on_accepted("ops-mail", message);
    return told.broken().size();
  };
  CHECK(tell(MessageKind::opening) == 0);
  CHECK(tell(MessageKind::reminder) == 0);
  CHECK(told.untold_ends() == 1);
  CHECK(tell(MessageKind::closing) == 0);
  CHECK(tell(MessageKind::opening) == 1);  // An incident that has ended does not begin again.
  CHECK(tell(MessageKind::past) == 2);
  message.incident = 2;
  CHECK(tell(MessageKind::closing) == 3);
  message.incident = 3;
  CHECK(tell(MessageKind::past) == 3);
}

}  // namespace
}  // namespace mxsweep::watch
