// SPDX-License-Identifier: MIT
#include "mxsweep/watch/notifier.h"

#include <chrono>
#include <string>

#include "support/catch.h"
#include "watch/notifier_scene.h"

namespace mxsweep::watch {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_CASE("an incident is told once, and its end once", "[watch][notifier]") {
  Scene scene({"mail", "chat"});
  scene.start();
  scene.open(1);
  CHECK_FALSE(scene.notifier->settled(1));
  CHECK(scene.accept() == "mail 1.1.opening, chat 1.1.opening");
  CHECK(scene.notifier->settled(1));
  scene.pass(hours{48});
  CHECK(scene.sends.empty());
  scene.close(1);
  CHECK_FALSE(scene.notifier->settled(1));
  CHECK(scene.accept() == "mail 1.2.closing, chat 1.2.closing");
  CHECK(scene.notifier->settled(1));
  CHECK(scene.notifier->next() == kNever);
  CHECK(scene.row(1, "mail").closing_told);
  CHECK(scene.row(1, "mail").next_try == WallTime{});
}

TEST_CASE("an incident that grows is updated, one message at a time", "[watch][notifier]") {
  Scene scene({"mail"});
  scene.start();
  scene.open(1);
  scene.grow(1);
  scene.grow(1);
  REQUIRE(scene.sends.size() == 1);
  CHECK(scene.accept() == "mail 1.1.opening");
  CHECK(scene.accept() == "mail 1.3.update");
  CHECK(scene.accept().empty());
}

TEST_CASE("the end waits for the answer to the opening", "[watch][notifier]") {
  Scene scene({"mail"});
  scene.start();
  scene.open(1);
  scene.close(1);
  REQUIRE(scene.sends.size() == 1);
  SECTION("that was accepted: the closing follows") {
    CHECK(scene.accept() == "mail 1.1.opening");
    CHECK(scene.accept() == "mail 1.2.closing");
  }
  SECTION("that failed: both are one message") {
    CHECK(scene.fail() == "mail 1.1.opening");
    CHECK(scene.sends.empty());
    scene.pass(seconds{5});
    CHECK(scene.accept() == "mail 1.2.past");
    CHECK(scene.row(1, "mail").opening_told);
    CHECK(scene.row(1, "mail").closing_told);
  }
  CHECK(scene.notifier->settled(1));
  CHECK(scene.notifier->next() == kNever);
}

TEST_CASE("what a silence held all its life is never told", "[watch][notifier]") {
  Scene scene({"mail"});
  scene.silenced.insert(1);
  scene.start();
  scene.open(1);
  scene.pass(hours{3});
  CHECK(scene.sends.empty());
  scene.close(1);
  scene.end_silence(1);
  CHECK(scene.sends.empty());
  CHECK(scene.rows.empty());
  CHECK(scene.notifier->settled(1));
}

TEST_CASE("the end of a silence tells what is still true", "[watch][notifier]") {
  Scene scene({"mail"});
  scene.silenced.insert(1);
  scene.start();
  scene.open(1);
  scene.pass(hours{3});
  scene.end_silence(1);
  CHECK(scene.accept() == "mail 1.1.opening");
}

TEST_CASE("a silence holds updates and reminders, and never the end", "[watch][notifier]") {
  Scene scene({"mail"});
  scene.settings.routes[0].reminder = hours{1};
  scene.start();
  scene.open(1);
  scene.accept();
  scene.silence(1);
  scene.grow(1);
  scene.pass(hours{5});
  CHECK(scene.sends.empty());
  SECTION("the end") {
    scene.close(1);
    CHECK(scene.accept() == "mail 1.3.closing");
  }
  SECTION("the update at the end of the silence, and no reminder at once") {
    scene.end_silence(1);
    CHECK(scene.accept() == "mail 1.2.update");
    CHECK(scene.accept().empty());
    scene.pass(hours{1});
    CHECK(scene.accept() == "mail 1.2.reminder1");
  }
}

TEST_CASE("reminders go on until an acknowledgement", "[watch][notifier]") {
  Scene scene({"mail"});
  scene.settings.routes[0].reminder = hours{1};
  scene.start();
  scene.open(1);
  scene.accept();
  scene.pass(hours{1} - milliseconds{1});
  CHECK(scene.sends.empty());
  scene.pass(milliseconds{1});
  CHECK(scene.accept() == "mail 1.1.reminder1");
  scene.pass(hours{1});
  CHECK(scene.accept() == "mail 1.1.reminder2");
  scene.acknowledge(1, hours{10});
  scene.pass(hours{10} - seconds{1});
  CHECK(scene.sends.empty());
  scene.pass(seconds{1});  // The acknowledgement has expired.
  CHECK(scene.accept() == "mail 1.1.reminder3");
  scene.close(1);
  CHECK(scene.accept() == "mail 1.2.closing");
}

TEST_CASE("an incident escalates unless it is acknowledged", "[watch][notifier]") {
  Scene scene({"mail"});
  scene.settings.channels.push_back(channel_of("phone"));
  scene.settings.routes[0].escalate.push_back({minutes{15}, {1}});
  scene.start();
  scene.open(1);
  scene.accept();
  SECTION("acknowledged in time") {
    scene.acknowledge(1, hours{24});
    scene.pass(hours{23});
    CHECK(scene.sends.empty());
    scene.close(1);
    CHECK(scene.accept() == "mail 1.2.closing");
  }
  SECTION("not acknowledged: the escalation gets the opening, and the end as well") {
    scene.pass(minutes{15} - seconds{1});
    CHECK(scene.sends.empty());
    scene.pass(seconds{1});
    CHECK(scene.accept() == "phone 1.1.opening");
    scene.acknowledge(1, hours{24});
    scene.restart();
    scene.close(1);
    CHECK(scene.accept() == "mail 1.2.closing, phone 1.2.closing");
  }
  SECTION("after a silence the first channels have their time again") {
    scene.silence(1);
    scene.pass(hours{2});
    scene.end_silence(1);
    CHECK(scene.sends.empty());
    scene.pass(minutes{15});
    CHECK(scene.accept() == "phone 1.1.opening");
  }
}

TEST_CASE("a notice is one message without an end", "[watch][notifier]") {
  Scene scene({"mail"});
  scene.settings.routes[0].reminder = hours{1};
  scene.start();
  scene.open(1, IncidentKind::change);
  CHECK(scene.accept() == "mail 1.1.notice");
  CHECK(scene.notifier->settled(1));
  scene.pass(hours{3});
  scene.close(1);
  scene.restart();
  CHECK(scene.sends.empty());
  scene.incidents.clear();
  scene.pass(hours{2});
  CHECK(scene.notifier->next() == kNever);
}

TEST_CASE("a restart repeats only what was not answered", "[watch][notifier]") {
  Scene scene({"mail", "chat"});
  scene.start();
  scene.open(1);
  scene.sends.pop_back();  // chat: no answer before the crash.
  CHECK(scene.accept() == "mail 1.1.opening");
  scene.restart();
  CHECK(scene.accept() == "chat 1.1.opening");
  scene.restart();
  CHECK(scene.sends.empty());
  scene.close(1);
  scene.restart();
  CHECK(scene.accept() == "mail 1.2.closing, chat 1.2.closing");
}

TEST_CASE("a reload keeps what channels know under new numbers", "[watch][notifier]") {
  Scene scene({"mail", "chat"});
  scene.start();
  scene.open(1);
  scene.accept();
  Settings changed = scene.settings;
  SECTION("renumbered") {
    std::swap(changed.channels[0], changed.channels[1]);
    scene.grow(1);  // In flight on both, by the old numbers.
    scene.notifier->reload(changed, scene.now);
    scene.turn();
    CHECK(scene.accept() == "mail 1.2.update, chat 1.2.update");
    scene.settings.channels = changed.channels;
    scene.close(1);
    CHECK(scene.accept() == "chat 1.3.closing, mail 1.3.closing");
  }
  SECTION("a new channel on the route gets the opening, one without a route nothing") {
    changed.channels.push_back(channel_of("sms"));
    changed.channels.push_back(channel_of("other"));
    changed.routes[0].to.push_back(2);
    scene.notifier->reload(changed, scene.now);
    scene.settings.channels = changed.channels;
    scene.turn();
    CHECK(scene.accept() == "sms 1.1.opening");
    scene.close(1);
    CHECK(scene.accept() == "mail 1.2.closing, chat 1.2.closing, sms 1.2.closing");
  }
  SECTION("a channel that left the route gets the end, and nothing else") {
    changed.routes[0].to = {0};
    scene.notifier->reload(changed, scene.now);
    scene.turn();
    scene.grow(1);
    CHECK(scene.accept() == "mail 1.2.update");
    scene.close(1);
    CHECK(scene.accept() == "mail 1.3.closing, chat 1.3.closing");
  }
  SECTION("a removed channel owes nothing, even if an answer is late") {
    scene.grow(1);
    changed.channels.erase(changed.channels.begin());
    changed.routes[0].to = {0};
    scene.notifier->reload(changed, scene.now);
    scene.turn();
    scene.accept();
    CHECK(scene.row(1, "mail").dead);
    CHECK(scene.row(1, "mail").next_try == WallTime{});
    scene.settings.channels = changed.channels;
    scene.close(1);
    CHECK(scene.accept() == "chat 1.3.closing");
    CHECK(scene.notifier->settled(1));
  }
}

TEST_CASE("an incident that is forgotten is owed to no channel", "[watch][notifier]") {
  Scene scene({"mail"});
  scene.start();
  scene.open(1);
  scene.fail();
  scene.incidents.clear();
  scene.pass(minutes{1});
  CHECK(scene.sends.empty());
  CHECK(scene.notifier->next() == kNever);
  CHECK(scene.row(1, "mail").next_try == WallTime{});
}

TEST_CASE("a turn does what is due and looks at nothing else", "[watch][notifier]") {
  Scene scene({"mail"});
  scene.settings.routes[0].reminder = hours{4};
  scene.start();
  for (IncidentId id = 1; id <= 10'000; ++id) {
    scene.incidents[id].id = id;
    scene.incidents[id].opened = scene.now.wall;
    scene.notifier->on_change(id, scene.now);
  }
  scene.turn();
  scene.accept();
  std::size_t looked = 0;
  Notifier::World world = scene.world();
  const auto incident = world.incident;
  world.incident = [&](IncidentId id) {
    ++looked;
    return incident(id);
  };
  std::vector<DeliveryRow> saved;
  for (const auto& [key, row] : scene.rows) saved.push_back(row);
  scene.notifier = std::make_unique<Notifier>(scene.settings, std::move(world));
  scene.notifier->restore(saved, scene.now);
  for (const auto& each : scene.incidents) scene.notifier->on_change(each.first, scene.now);
  scene.turn();
  looked = 0;
  scene.grow(17);
  CHECK(looked == 2);
}

}  // namespace
}  // namespace mxsweep::watch
