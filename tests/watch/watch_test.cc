// SPDX-License-Identifier: MIT
// The whole monitor in small scenes: what is said of servers, and of ourselves.
#include <chrono>
#include <string>
#include <vector>

#include "support/catch.h"
#include "watch/watch_scene.h"

namespace mxsweep::watch {
namespace {

using namespace std::chrono_literals;
using Said = std::vector<std::string>;

bool has(const std::string& line, std::string_view text) { return line.find(text) != line.npos; }

TEST_CASE("servers that are well are nothing to speak of", "[watch]") {
  WatchScene scene;
  scene.begin(50);
  CHECK(scene.said_until(10min) == Said{});
  CHECK(scene.watch->watch().totals().up == 50);
  CHECK(scene.world->probes() == 500);
}

TEST_CASE("one server down is one message after three probes, and one at its end after two",
          "[watch]") {
  WatchScene scene;
  scene.network.set_server(7, spells({{1h, 20min, closed()}}));
  scene.begin(20);
  const Said said = scene.said_until(2h);
  REQUIRE(said.size() == 2);
  // At most 60 s to the next probe, 54 s to confirm it, and 5 s to find others.
  CHECK(said[0] >= "01:00:40");
  CHECK(said[0] <= "01:02:01");
  CHECK(has(said[0], "opening [DOWN]"));
  CHECK(has(said[0], "10.0.0.7"));
  CHECK(said[1] <= "01:21:20");
  CHECK(has(said[1], "closing [UP after"));
  CHECK(scene.world->untold_ends() == 0);
  CHECK(scene.events_of("problem").size() == 1);
  CHECK(scene.events_of("confirmed").size() == 1);
  CHECK(scene.events_of("recovered").size() == 1);
}

TEST_CASE("a server that is down from the start is told", "[watch]") {
  WatchScene scene;
  scene.network.set_server(7, [](Duration) { return closed(); });
  scene.begin(20);
  const Said said = scene.said_until(10min);
  REQUIRE(said.size() == 1);
  CHECK(said[0] <= "00:02:01");
}

TEST_CASE("a failure that is over when it is looked at again is a blip, and not told", "[watch]") {
  WatchScene scene;
  scene.network.set_server(7, spells({{1h, 1min, closed()}}));  // One probe finds it.
  scene.settings.groups[0].confirmation.after = {80s};
  scene.begin(20);
  CHECK(scene.said_until(2h) == Said{});
  CHECK(scene.events_of("problem").size() == 1);
  CHECK(scene.events_of("blip").size() == 1);
}

TEST_CASE("a whole network that is down is one message", "[watch]") {
  WatchScene scene;
  scene.network.add_outage(20min, 10min, unreachable(),
                           [](MonitorId server) { return server / 256 == 1; });
  scene.begin(1000);
  const Said said = scene.said_until(40min);
  REQUIRE(said.size() == 2);
  CHECK(has(said[0], "[DOWN] 256 hosts in 10.0.1.0/24"));
  CHECK(has(said[1], "[UP after"));
  CHECK(has(said[1], "256 hosts in 10.0.1.0/24"));
}

TEST_CASE("an outage of our own is one message of ours, and none of the servers", "[watch]") {
  WatchScene scene;
  const bool with_canaries = GENERATE(true, false);
  scene.scattered = true;
  if (with_canaries) {
    scene.settings.vantage.canaries.resize(3);
    scene.settings.vantage.quorum = 2;
  }
  // Messages get out by another way.
  scene.network.add_outage(20min, 10min, unreachable(), [](MonitorId) { return true; });
  for (std::uint32_t canary = 0; canary < 3; ++canary) {
    scene.network.set_canary(canary, spells({{20min, 10min, unreachable()}}));
  }
  scene.begin(300);
  const Said said = scene.said_until(60min);
  REQUIRE(said.size() == 2);
  CHECK(has(said[0], "opening [BLIND]"));
  CHECK(said[0] <= "00:21:00");
  CHECK(has(said[1], "closing [NO LONGER BLIND after"));
  CHECK(said[1] <= "00:30:30");
  CHECK(scene.watch->watch().totals().up == 300);
}

TEST_CASE("what could not be sent while our link was down is said in one message afterwards",
          "[watch]") {
  WatchScene scene;
  scene.settings.vantage.canaries.resize(2);
  scene.settings.vantage.quorum = 1;
  scene.network.add_own_outage(20min, 10min);
  scene.begin(300);
  const Said said = scene.said_until(60min);
  REQUIRE(said.size() == 1);
  CHECK(has(said[0], "past [WAS BLIND 00:20-00:30]"));
}

TEST_CASE("a server that is down before our own outage and up after it has its end told",
          "[watch]") {
  WatchScene scene;
  scene.settings.vantage.canaries.resize(2);
  scene.settings.vantage.quorum = 1;
  scene.network.set_server(5, spells({{10min, 15min, closed()}}));
  scene.network.add_own_outage(20min, 10min);
  scene.begin(300);
  const Said said = scene.said_until(60min);
  REQUIRE(said.size() == 3);
  CHECK(has(said[0], "opening [DOWN] 10.0.0.5"));
  CHECK(has(said[1] + said[2], "past [WAS BLIND"));
  CHECK(has(said[1] + said[2], "closing [UP after"));
}

TEST_CASE("a server that comes and goes is told once as flapping, and once when it has settled",
          "[watch]") {
  WatchScene scene;
  scene.network.set_server(5, alternating(1h, 3h, 5min, 5min, closed()));
  scene.begin(20);
  const Said said = scene.said_until(9h);
  std::size_t flapping = 0;
  for (const std::string& line : said) flapping += has(line, "[FLAPPING]") ? 1U : 0U;
  CHECK(flapping == 1);
  CHECK(said.size() <= 6);
  REQUIRE(!said.empty());
  CHECK(has(said.back(), "closing [NO LONGER FLAPPING"));
  CHECK(scene.world->untold_ends() == 0);
}

TEST_CASE("a flapping server that settles as down is told as down", "[watch]") {
  WatchScene scene;
  scene.network.set_server(5, [](Duration time) {
    return time >= 2h && time < 8h ? closed() : alternating(1h, 2h, 5min, 5min, closed())(time);
  });
  scene.begin(20);
  const Said said = scene.said_until(10h);
  REQUIRE(said.size() >= 3);
  CHECK(has(said[said.size() - 3], "closing [NO LONGER FLAPPING"));
  CHECK(has(said[said.size() - 2], "opening [DOWN]"));
  CHECK(has(said[said.size() - 1], "closing [UP after"));
  CHECK(scene.world->untold_ends() == 0);
}

TEST_CASE("a server that throttles us for long cannot be observed, which is told", "[watch]") {
  WatchScene scene;
  scene.network.set_server(5, spells({{1h, 10h, throttled()}}));
  scene.begin(20);
  const Said said = scene.said_until(14h);
  REQUIRE(said.size() == 2);
  CHECK(said[0] >= "07:00:00");
  CHECK(said[0] <= "07:02:00");
  CHECK(has(said[0], "opening [NOT OBSERVED]"));
  CHECK(has(said[1], "closing [OBSERVED AGAIN"));
  CHECK(scene.watch->health(5).state == State::up);
}

TEST_CASE("a warning is told as degraded, or as down where the group says so", "[watch]") {
  WatchScene scene;
  scene.network.set_server(5, spells({{1h, 1h, without_starttls()}}));
  scene.begin(20);
  const Said said = scene.said_until(3h);
  REQUIRE(said.size() == 2);
  CHECK(has(said[0], "opening [DEGRADED] 10.0.0.5"));
  CHECK(has(said[1], "closing [NO LONGER DEGRADED"));

  WatchScene paged;
  paged.settings.groups[0].page_on = {Cause::starttls_not_supported};
  paged.network.set_server(5, spells({{1h, 1h,
                                       answer(Cause::starttls_not_supported, Phase::quit, 80ms,
                                              paged.settings.groups[0].page_on)}}));
  paged.begin(20);
  const Said told = paged.said_until(3h);
  REQUIRE(told.size() == 2);
  CHECK(has(told[0], "opening [DOWN] 10.0.0.5"));
}

TEST_CASE("servers that fail with one certificate are named by its fingerprint", "[watch]") {
  tls::Chain chain;
  chain.certificates.emplace_back().spki_sha256.fill(0xc0);
  results::Record record;
  record.tls.emplace().chain = &chain;
  Answer expired = closed();
  expired.sample.record = &record;
  WatchScene scene;
  scene.settings.group_wait = 1min;
  for (MonitorId id = 4; id < 8; ++id) scene.network.set_server(id, spells({{1h, 1h, expired}}));
  scene.begin(20);
  const Said said = scene.said_until(90min);
  REQUIRE(said.size() == 1);
  CHECK(has(said[0], "4 hosts with the certificate c0c0c0c0c0c0c0c0: "));
  scene.watch->watch().each_incident([](const Incident& incident) {
    CHECK(incident.scope == ScopeKind::certificate);
    CHECK(incident.scope_value.size() == 64);
  });
}

}  // namespace
}  // namespace mxsweep::watch
