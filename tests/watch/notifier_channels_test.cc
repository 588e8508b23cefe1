// SPDX-License-Identifier: MIT
// The notifier and its channels: retries, caps, fallbacks, and what is reported of them.
#include <chrono>
#include <string>
#include <vector>

#include "mxsweep/watch/notifier.h"
#include "support/catch.h"
#include "watch/notifier_scene.h"

namespace mxsweep::watch {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_CASE("retries are spaced from 5 s to 15 min, for a day", "[watch][notifier]") {
  Scene scene({"mail"});
  scene.start();
  scene.open(1);
  std::vector<seconds> pauses;
  Instant before = scene.now.at;
  while (scene.troubles.empty()) {
    scene.fail();
    if (!scene.troubles.empty()) break;
    before = scene.now.at;
    scene.now = scene.now + (scene.notifier->next() - scene.now.at);
    scene.turn();
    pauses.push_back(std::chrono::duration_cast<seconds>(scene.now.at - before));
    REQUIRE(pauses.size() < 200);
  }
  const std::vector<seconds> first(pauses.begin(), pauses.begin() + 9);
  CHECK(first == std::vector<seconds>{seconds{5}, seconds{10}, seconds{20}, seconds{40},
                                      seconds{80}, seconds{160}, seconds{320}, seconds{640},
                                      seconds{900}});
  CHECK(pauses.back() == minutes{15});
  const Duration all = scene.now.at - begin_of_tests().at;
  CHECK(all >= hours{24});
  CHECK(all < hours{24} + minutes{15});
  CHECK(scene.troubles == std::vector<std::string>{"mail: 503 not now"});
  CHECK(scene.row(1, "mail").dead);
  CHECK(scene.notifier->queue(0).dead == 1);
  CHECK(scene.notifier->queue(0).waiting == 0);
  CHECK(scene.log.size() == pauses.size() + 1);
  SECTION("more to say is tried again") {
    scene.grow(1);
    CHECK(scene.accept() == "mail 1.2.opening");
    CHECK(scene.troubles.back() == "mail works");
  }
  SECTION("and so is the end") {
    scene.close(1);
    CHECK(scene.accept() == "mail 1.2.past");
  }
  SECTION("also after a restart") {
    scene.restart();
    CHECK(scene.sends.empty());
    scene.close(1);
    CHECK(scene.accept() == "mail 1.2.past");
  }
  SECTION("a reload may have repaired the channel") {
    scene.notifier->reload(scene.settings, scene.now);
    scene.turn();
    CHECK(scene.accept() == "mail 1.1.opening");
  }
}

TEST_CASE("a permanent error has three tries", "[watch][notifier]") {
  Scene scene({"chat"});
  scene.start();
  scene.open(1);
  scene.fail(true);
  scene.pass(seconds{5});
  scene.fail(true);
  scene.pass(seconds{10});
  CHECK(scene.troubles.empty());
  scene.fail(true);
  CHECK(scene.troubles == std::vector<std::string>{"chat: 503 not now"});
  scene.pass(hours{48});
  CHECK(scene.sends.empty());
  scene.close(1);
  for (int i = 0; i < 3; ++i) {
    CHECK(scene.fail(true) == "chat 1.2.past");
    scene.pass(minutes{1});
  }
  CHECK(scene.notifier->settled(1));
  CHECK(scene.row(1, "chat").dead);
  scene.restart();
  CHECK(scene.sends.empty());
  CHECK(scene.notifier->settled(1));
}

TEST_CASE("the death of a channel is no news of itself", "[watch][notifier]") {
  Scene scene({"chat"});
  scene.start();
  scene.open(1, IncidentKind::internal);
  for (int i = 0; i < 3; ++i) {
    scene.fail(true);
    scene.pass(minutes{1});
  }
  CHECK(scene.notifier->queue(0).dead == 1);
  CHECK(scene.troubles.empty());
}

TEST_CASE("a receiver's pause is kept, for the whole channel", "[watch][notifier]") {
  Scene scene({"chat"});
  scene.start();
  scene.open(1);
  scene.fail(false, minutes{7});
  scene.open(2);
  scene.pass(minutes{7} - seconds{1});
  CHECK(scene.sends.empty());
  scene.pass(seconds{1});
  CHECK(scene.accept() == "chat 1.1.opening, chat 2.1.opening");
  scene.grow(1);
  scene.fail(false, hours{1000});
  scene.pass(hours{1});  // No receiver can silence alerts for longer.
  CHECK(scene.accept() == "chat 1.2.update");
}

TEST_CASE("what exceeds a channel's cap is told together", "[watch][notifier]") {
  Scene scene({"sms"});
  scene.settings.channels[0].max_per_hour = 3;
  scene.start();
  for (IncidentId id = 1; id <= 6; ++id) {
    scene.incidents[id].id = id;
    scene.incidents[id].opened = scene.now.wall;
    scene.notifier->on_change(id, scene.now);
  }
  scene.incidents[6].severity = Severity::critical;
  for (IncidentId id = 1; id <= 5; ++id) scene.incidents[id].severity = Severity::warning;
  scene.turn();
  CHECK(scene.accept() ==
        "sms 6.1.opening, sms 1.1.opening, sms 2.1.opening 3.1.opening "
        "4.1.opening 5.1.opening ");
  CHECK(scene.row(5, "sms").opening_told);
  SECTION("ends count, too, and are not lost") {
    scene.pass(minutes{10});
    for (IncidentId id = 1; id <= 6; ++id) scene.close(id);
    CHECK(scene.sends.empty());
    CHECK(scene.notifier->queue(0).waiting == 6);
    scene.pass(minutes{50});
    CHECK(scene.accept() ==
          "sms 6.2.closing, sms 1.2.closing, sms 2.2.closing 3.2.closing "
          "4.2.closing 5.2.closing ");
    CHECK(scene.notifier->next() == kNever);
  }
  SECTION("an incident that has begun and ended while it waited is past") {
    scene.open(7);
    scene.pass(minutes{10});
    scene.close(7);
    scene.pass(minutes{50});
    CHECK(scene.accept() == "sms 7.2.past");
  }
  SECTION("a restart does not forget what was sent within the hour") {
    scene.restart();
    scene.open(7);
    CHECK(scene.sends.empty());
    scene.pass(hours{1});
    CHECK(scene.accept() == "sms 7.1.opening");
  }
}

TEST_CASE("a digest that fails is tried again as one message", "[watch][notifier]") {
  Scene scene({"sms"});
  scene.settings.channels[0].max_per_hour = 1;
  scene.start();
  scene.open(1);
  scene.open(2);
  scene.open(3);
  CHECK(scene.accept() == "sms 1.1.opening");
  scene.pass(hours{1});
  CHECK(scene.fail() == "sms 2.1.opening 3.1.opening ");
  scene.close(3);
  scene.pass(seconds{5});
  CHECK(scene.accept() == "sms 2.1.opening 3.2.past ");
}

TEST_CASE("the fallback joins when the channel fails for a minute", "[watch][notifier]") {
  Scene scene({"mail"});
  scene.settings.channels.push_back(channel_of("sms"));
  scene.settings.channels[0].fallback = 1;
  scene.start();
  scene.open(1);
  scene.fail();
  for (int i = 0; i < 3; ++i) {
    scene.pass(seconds{15});
    CHECK(scene.fail().find("sms") == std::string::npos);
  }
  scene.pass(seconds{15});
  const auto only_sms = [&](Delivered& delivered) { delivered.ok = delivered.channel == 1; };
  CHECK(scene.answer(only_sms) == "mail 1.1.opening, sms 1.1.opening");
  scene.open(2);  // The mail still fails: at once.
  CHECK(scene.sends.size() == 2);
  CHECK(scene.accept() == "mail 2.1.opening, sms 2.1.opening");
  CHECK(scene.accept() == "mail 1.1.opening");  // It works again, so the queue goes out.
  scene.restart();
  scene.close(1);
  CHECK(scene.accept() == "mail 1.2.closing, sms 1.2.closing");
  scene.open(3);
  CHECK(scene.accept() == "mail 3.1.opening");
}

TEST_CASE("the fallback joins at once when the mail path is the patient", "[watch][notifier]") {
  Scene scene({"mail"});
  scene.settings.channels.push_back(channel_of("sms"));
  scene.settings.channels[0].fallback = 1;
  scene.patients.insert("mail");
  scene.start();
  scene.open(1);
  CHECK(scene.accept() == "mail 1.1.opening, sms 1.1.opening");
  scene.close(1);
  CHECK(scene.accept() == "mail 1.2.closing, sms 1.2.closing");
}

TEST_CASE("a fallback has a fallback, and two of each other are no circle", "[watch][notifier]") {
  Scene scene({"mail"});
  scene.settings.channels.push_back(channel_of("sms"));
  scene.settings.channels[0].fallback = 1;
  scene.settings.channels[1].fallback = 0;
  scene.patients = {"mail", "sms"};
  scene.start();
  scene.open(1);
  CHECK(scene.accept() == "mail 1.1.opening, sms 1.1.opening");
}

TEST_CASE("a restart goes on with the back-off where it was", "[watch][notifier]") {
  Scene scene({"mail"});
  scene.start();
  scene.open(1);
  for (int i = 0; i < 6; ++i) {
    scene.fail();
    scene.pass(seconds{160});
  }
  scene.fail();  // The seventh: 320 s.
  scene.restart();
  scene.pass(seconds{319});
  CHECK(scene.sends.empty());
  scene.pass(seconds{1});
  CHECK(scene.sends.size() == 1);
}

TEST_CASE("attempts are logged, and what was told is an event", "[watch][notifier]") {
  Scene scene({"mail"});
  scene.start();
  scene.open(1);
  scene.fail();
  scene.pass(seconds{5});
  CHECK(scene.events.empty());
  CHECK(scene.row(1, "mail").last_error == "503 not now");
  CHECK(scene.notifier->queue(0).last_error == "503 not now");
  CHECK(scene.notifier->queue(0).oldest == begin_of_tests().wall);
  scene.accept();
  REQUIRE(scene.log.size() == 2);
  CHECK_FALSE(scene.log[0].ok);
  CHECK(scene.log[1].ok);
  CHECK(scene.log[1].kind == "opening");
  REQUIRE(scene.events.size() == 1);
  CHECK(scene.events[0].type == "told");
  CHECK(scene.events[0].channel == "mail");
  CHECK(scene.row(1, "mail").last_error.empty());
}

TEST_CASE("a channel that has died is reported once, and once that it works", "[watch][notifier]") {
  Scene scene({"chat"});
  scene.start();
  scene.open(1);
  scene.open(2);
  for (int i = 0; i < 3; ++i) {
    scene.fail(true);
    scene.pass(minutes{1});
  }
  CHECK(scene.troubles == std::vector<std::string>{"chat: 503 not now"});
  CHECK(scene.notifier->queue(0).dead == 2);
  scene.open(3);
  scene.accept();
  scene.close(3);
  scene.accept();
  CHECK(scene.troubles == std::vector<std::string>{"chat: 503 not now", "chat works"});
}

TEST_CASE("what waited for the cap and is silenced before its turn is not told",
          "[watch][notifier]") {
  Scene scene({"sms"});
  scene.settings.channels[0].max_per_hour = 1;
  scene.start();
  scene.open(1);
  scene.accept();
  scene.open(2);
  CHECK(scene.notifier->queue(0).waiting == 1);
  scene.silence(2);
  CHECK(scene.notifier->queue(0).waiting == 0);
  scene.close(2);
  scene.pass(hours{2});
  CHECK(scene.sends.empty());
}

TEST_CASE("the fallback also joins for what waits for the cap of a channel that fails",
          "[watch][notifier]") {
  Scene scene({"sms"});
  scene.settings.channels.push_back(channel_of("phone"));
  scene.settings.channels[0].max_per_hour = 1;
  scene.settings.channels[0].fallback = 1;
  scene.start();
  scene.open(1);
  scene.open(2);
  CHECK(scene.fail() == "sms 1.1.opening");
  for (int i = 0; i < 4; ++i) {
    scene.pass(seconds{15});
    if (i < 3) scene.fail();
  }
  std::string sent;
  for (const Send& send : scene.sends) sent += send.channel == 1 ? send.message.json + " " : "";
  CHECK(sent == "1.1.opening 2.1.opening ");
}

TEST_CASE("the answer to a test message moves nothing", "[watch][notifier]") {
  Scene scene({"mail"});
  scene.start();
  scene.open(1);
  Delivered delivered;
  delivered.kind = MessageKind::test;
  delivered.incident = 1;
  delivered.ok = true;
  scene.notifier->on_delivered(delivered, scene.now);
  scene.turn();
  CHECK(scene.log.empty());
  CHECK(scene.accept() == "mail 1.1.opening");
}

}  // namespace
}  // namespace mxsweep::watch
