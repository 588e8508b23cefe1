// SPDX-License-Identifier: MIT
// The whole monitor: what servers show beside their state, and how deep they are probed.
#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "support/catch.h"
#include "watch/watch_scene.h"

namespace mxsweep::watch {
namespace {

using namespace std::chrono_literals;
using Said = std::vector<std::string>;

results::Record record_with(Cause cause) {
  results::Record record;
  record.outcome = outcome_of(cause);
  record.cause = cause;
  record.phase = Phase::quit;
  record.starttls_known = true;
  record.starttls_offered =
      cause == Cause::starttls_not_supported ? results::Offered::no : results::Offered::yes;
  record.replies[Phase::ehlo] = {250, "250-mx.example.net\r\n250 8BITMIME\r\n"};
  return record;
}

// What a probe with this record says; the record outlives the world.
Script showing(const results::Record& record) {
  return [&record](Duration) {
    Answer shown{sample_of(record, {}), 80ms};
    return shown;
  };
}

tls::Chain chain_of(std::uint8_t number, WallTime not_after) {
  tls::Chain chain;
  tls::Certificate& one = chain.certificates.emplace_back();
  one.sha256.fill(number);
  one.spki_sha256.fill(number);
  one.subject = "CN=mx.example.net";
  one.key = "EC P-256";
  one.not_before = not_after - 24h * 90;
  one.not_after = not_after;
  chain.expiry = tls::Expiry{not_after, one.sha256};
  return chain;
}

TEST_CASE("certificates that expire are one message a day, and each once", "[watch][shows]") {
  WatchScene scene;
  const tls::Chain chains[] = {chain_of(1, kSceneStart.wall + 24h * 20),
                               chain_of(2, kSceneStart.wall + 24h * 31 + 12h),
                               chain_of(3, kSceneStart.wall + 24h * 80)};
  results::Record shared = record_with(Cause::none);
  shared.tls.emplace();
  shared.tls->chain = &chains[0];
  results::Record another = shared;
  another.tls->chain = &chains[1];
  results::Record far = shared;
  far.tls->chain = &chains[2];
  scene.network.set_server(1, showing(shared));
  scene.network.set_server(2, showing(shared));
  scene.network.set_server(3, showing(another));
  scene.network.set_server(4, showing(far));
  scene.settings.groups[0].interval = 30min;
  scene.begin(20);
  scene.world->restart(30h);
  const Said said = scene.said_until(24h * 5);
  REQUIRE(said.size() == 2);
  CHECK(said[0].starts_with("08:00:0"));
  CHECK(has(said[0], "notice [CERTIFICATES] 1 certificate on 2 hosts"));
  CHECK(said[1].starts_with("08:00:0"));
  CHECK(has(said[1], "notice [CERTIFICATES] "));
  CHECK(scene.world->messages()[1].starts_with("2026-10-23"));
}

TEST_CASE("STARTTLS that is lost on a network is one message within minutes", "[watch][shows]") {
  WatchScene scene;
  const results::Record with = record_with(Cause::none);
  const results::Record without = record_with(Cause::starttls_not_supported);
  for (MonitorId server = 0; server < 10; ++server) {
    scene.network.set_server(server, [&](Duration time) {
      return Answer{sample_of(time < 1h ? with : without, {}), 80ms};
    });
  }
  scene.begin(20);
  const Said said = scene.said_until(3h);
  std::size_t notices = 0;
  std::size_t openings = 0;
  for (const std::string& line : said) {
    if (has(line, "notice [CHANGE]")) ++notices;
    if (has(line, "opening [DEGRADED]")) ++openings;
  }
  CHECK(notices == 1);
  CHECK(said.size() == notices + openings);
}

TEST_CASE("TLS is probed as often as the group says, spread, and to confirm a failure",
          "[watch][shows]") {
  WatchScene scene;
  scene.network.set_server(3, spells({{5h, 30min, closed()}}));
  scene.begin(60);
  std::vector<Duration> with_tls;
  std::vector<Duration> failing;
  std::set<std::uint32_t> first_hour;
  scene.world->on_probe = [&](const ProbeRequest& request, Duration time) {
    const bool tls = request.depth == smtp::Depth::tls;
    if (request.monitor == 3 && time > 5h && time < 5h + 30min && tls) failing.push_back(time);
    if (request.monitor == 5 && tls) with_tls.push_back(time);
    if (time < 1min && tls) first_hour.insert(request.monitor);
  };
  static_cast<void>(scene.said_until(6h));
  REQUIRE(with_tls.size() >= 23);
  CHECK(with_tls.size() <= 24);
  for (std::size_t i = 1; i < with_tls.size(); ++i) CHECK(with_tls[i] - with_tls[i - 1] == 15min);
  CHECK(first_hour.size() <= 12);  // 4 of 60 are due in each minute.
  CHECK(failing.size() >= 29);     // All but perhaps the first of them.
}

TEST_CASE("what is wrong with TLS only is not over because EHLO works", "[watch][shows]") {
  WatchScene scene;
  const Cause cause = GENERATE(Cause::certificate_expired, Cause::tls_alert);
  scene.settings.groups[0].confirmation.after.clear();  // Only its turns.
  scene.network.set_server_by_tls(5, spells({{1h, 2h, answer(cause, Phase::tls, 80ms)}}));
  scene.begin(20);
  const Said said = scene.said_until(6h);
  REQUIRE(said.size() == 2);
  CHECK(has(said[0], "opening"));
  CHECK(said[1] >= "03:00:00");
}

}  // namespace
}  // namespace mxsweep::watch
