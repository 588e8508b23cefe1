// SPDX-License-Identifier: MIT
// The loop in virtual time, on a simulated kernel with servers of the simulated fleet.
#include <map>
#include <optional>

#include "monitor/loop_turn.h"
#include "monitor/stand_in.h"
#include "scan/fake_kernel.h"
#include "support/catch.h"

namespace mxsweep::monitor {
namespace {

using scan::FakeKernel;
using scan::World;
using std::chrono::minutes;
using std::chrono::seconds;

std::vector<sink::Persona> healthy() {
  Result<std::vector<sink::Persona>> all = sink::read_personas(sink::builtin_personas());
  REQUIRE(all.ok());
  std::vector<sink::Persona> chosen;
  for (sink::Persona& persona : *all) {
    if (persona.name == "plain") chosen.push_back(std::move(persona));
  }
  REQUIRE(chosen.size() == 1);
  return chosen;
}

watch::Settings settings_of(Duration interval) {
  watch::Settings settings;
  settings.helo = "probe.example.net";
  watch::Group group;
  group.name = "edge";
  group.interval = interval;
  settings.groups = {group};
  watch::Channel channel;
  channel.name = "ops";
  channel.kind = "exec";
  settings.channels = {channel};
  watch::Route route;
  route.to = {0};
  settings.routes = {route};
  return settings;
}

std::vector<Listed> servers(std::uint32_t count) {
  std::vector<Listed> all;
  for (std::uint32_t i = 0; i < count; ++i) {
    Listed& listed = all.emplace_back();
    const std::string text = "127.9.0." + std::to_string(i + 1);
    listed.target.set_words(text, {}, {});
    listed.target.address = *parse_address(text);
    listed.target.port = 25;
    listed.target.tls = targets::TlsMode::off;
  }
  return all;
}

// A loop in a world, until the time is over.
class InWorld {
 public:
  explicit InWorld(std::uint32_t count, const scan::Faults& faults = {})
      : personas_(healthy()), world(7, faults, personas_) {
    loop.emplace(LoopOptions{.monitors_most = count + 10,
                             .connections = 64,
                             .seed = 1,
                             .sources = {},
                             .tls = nullptr,
                             .ring = {}},
                 settings_of(minutes{1}), watch::Zones{}, outside, bell_);
    world.on_connection = [this](const Address& address, bool begins) {
      std::uint32_t& open = open_[address];
      begins ? ++open : --open;
      most_open = std::max(most_open, open);
    };
    world.choose_worker(0);
    REQUIRE(loop->open({}, servers(count)).ok());
  }
  void run(Duration length) {
    world.schedule(world.time() + length, [this] { loop->stop(); });
    world.run({[this] { loop->run(); }});
    CHECK(world.violation().empty());
    CHECK(world.open_now() == 0);
  }

 private:
  std::vector<sink::Persona> personas_;
  std::map<Address, std::uint32_t> open_;
  threads::Doorbell bell_;

 public:
  World world;
  StandIn outside;
  std::optional<LoopOn<FakeKernel>> loop;
  std::uint32_t most_open = 0;  // Of one address.
};

TEST_CASE("each monitor is probed once in each interval, and on time", "[monitor][world]") {
  InWorld all(50);
  all.run(minutes{10});
  std::map<std::string, int> results;
  for (const auto& [key, row] : all.outside.kept) ++results[key];
  REQUIRE(results.size() == 50);
  for (const auto& [key, count] : results) {
    CHECK(count >= 9);
    CHECK(count <= 11);
  }
  CHECK(all.most_open == 1);
  CHECK(all.loop->counts().lag.highest() < std::chrono::milliseconds{100});
  CHECK(all.outside.sends.empty());
}

TEST_CASE("each message about an outage is followed by one about its end", "[monitor][world]") {
  InWorld all(50);
  all.world.schedule(all.world.time() + minutes{5}, [&all] { all.world.set_network(false, true); });
  all.world.schedule(all.world.time() + minutes{15}, [&all] { all.world.set_network(true, true); });
  all.run(minutes{30});
  std::map<watch::IncidentId, int> open;
  for (const watch::Send& send : all.outside.sends) {
    open[send.message.incident] += send.message.resolved ? -1 : 1;
    CHECK(open[send.message.incident] >= 0);
  }
  CHECK_FALSE(open.empty());
  for (const auto& [incident, messages] : open) CHECK(messages == 0);
  CHECK(all.loop->watch().totals().up == 50);
}

TEST_CASE("local shortages and late completions make no server down", "[monitor][world]") {
  scan::Faults faults;
  faults.no_descriptor = 200;
  faults.connect_shortage = 100;
  faults.late = 200;
  faults.interrupted = 200;
  InWorld all(50, faults);
  all.run(minutes{10});
  CHECK(all.outside.sends.empty());
  CHECK(all.loop->counts().shortages > 0);
  CHECK(all.loop->watch().totals().down == 0);
}

TEST_CASE("commands run in the loop's thread", "[monitor][world]") {
  InWorld all(3);
  std::uint32_t watched = 0;
  all.world.schedule(all.world.time() + minutes{3}, [&] {
    all.outside.commands.emplace_back(
        [&watched](Hand& hand) { watched = hand.watch().totals().monitors; });
  });
  all.run(minutes{4});
  CHECK(watched == 3);
}

TEST_CASE("a reload changes what is watched while the loop runs", "[monitor][world]") {
  InWorld all(10);
  all.world.schedule(all.world.time() + minutes{3}, [&] {
    all.outside.commands.emplace_back([](Hand& hand) {
      const Result<Roster::Applied> applied =
          hand.reload({.settings = settings_of(minutes{2}), .zones = {}, .targets = servers(5)});
      REQUIRE(applied.ok());
      CHECK(applied->removed == 5);
    });
  });
  all.run(minutes{10});
  CHECK(all.loop->watch().totals().monitors == 5);
}

}  // namespace
}  // namespace mxsweep::monitor
