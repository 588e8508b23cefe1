// SPDX-License-Identifier: MIT
#include "mxsweep/config/config.h"

#include <string>
#include <string_view>
#include <vector>

#include "config/read.h"
#include "mxsweep/config/sections.h"
#include "support/catch.h"

using namespace mxsweep;
using namespace mxsweep::config;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kSmall =
    "[watch]\n"
    "helo = \"probe.example.net\"\n"
    "[[group]]\n"
    "targets = \"/etc/mxsweep/edge.jsonl\"\n"
    "[[channel]]\n"
    "kind = \"mail\"\n"
    "to = \"ops@example.net\"\n"
    "relays = [\"mx:\"]\n";

}  // namespace

TEST_CASE("a name, a list and a channel are enough", "[config]") {
  const watch::Settings settings = settings_of(kSmall);
  CHECK(settings.helo == "probe.example.net");
  REQUIRE(settings.groups.size() == 1);
  const watch::Group& group = settings.groups[0];
  const watch::Group untouched;
  CHECK(group.name == "edge");
  CHECK(group.targets == "/etc/mxsweep/edge.jsonl");
  CHECK(group.ports == untouched.ports);
  CHECK(group.interval == untouched.interval);
  CHECK(group.confirmation.after == untouched.confirmation.after);
  CHECK(group.own == untouched.own);
  REQUIRE(settings.channels.size() == 1);
  CHECK(settings.channels[0].name == "mail");
  CHECK(settings.channels[0].from == "mxsweep@probe.example.net");
  REQUIRE(settings.channels[0].relays.size() == 1);
  CHECK(settings.channels[0].relays[0].host.empty());
  CHECK(settings.channels[0].relays[0].port == 25);
  REQUIRE(settings.routes.size() == 1);
  CHECK(settings.routes[0].to == std::vector<watch::ChannelNumber>{0});
}

// STARTTLS that breaks off, behind a conversation that has worked.
TEST_CASE("a failure that leaves a server degraded can count as one", "[config]") {
  const watch::Settings settings = settings_of(
      "watch = { helo = \"a.test\" }\n"
      "group = [{ targets = \"x\", page_on = [\"net.closed_early\", \"net.timeout\"] }]\n");
  CHECK(settings.groups.at(0).page_on == std::vector{Cause::net_closed_early, Cause::net_timeout});
}

TEST_CASE("own servers can be asked whether they would take mail", "[config]") {
  const watch::Settings settings = settings_of(
      "watch = { helo = \"a.test\", recipient = \"box@b.test\", mail_size = 5000 }\n"
      "group = [{ targets = \"x\", own = true, depth = \"rcpt\", "
      "page_on = [\"resources.storage\"] }]\n");
  CHECK(settings.envelope.recipient == "box@b.test");
  CHECK(settings.envelope.octets == 5000);
  CHECK(settings.groups.at(0).depth == smtp::Depth::rcpt);
  CHECK(settings.groups.at(0).page_on == std::vector{Cause::resources_storage});
}

TEST_CASE("a group of mailboxes has the ports of its protocol", "[config]") {
  const watch::Settings settings = settings_of(
      "watch = { helo = \"a.test\" }\n"
      "group = [{ name = \"a\", targets = \"x\", protocol = \"imap\" },\n"
      "         { name = \"b\", targets = \"x\", protocol = \"pop3\", tls = \"implicit\" },\n"
      "         { name = \"c\", targets = \"x\", protocol = \"imap\", ports = 1430 }]\n");
  CHECK(settings.groups.at(0).protocol == Protocol::imap);
  CHECK(settings.groups.at(0).ports == std::vector<std::uint16_t>{143});
  CHECK(settings.groups.at(1).ports == std::vector<std::uint16_t>{995});
  CHECK(settings.groups.at(2).ports == std::vector<std::uint16_t>{1430});
}

TEST_CASE("mail domains, and questions to take mail, are of SMTP alone", "[config]") {
  CHECK(problems_of(Room{}.read("watch = { helo = \"a.test\" }\n"
                                "group = [{ domains = \"x\", protocol = \"imap\" }]\n")) ==
        std::vector<std::string>{"2:38: protocol: mail domains are served by SMTP"});
  CHECK(problems_of(Room{}.read("watch = { helo = \"a.test\" }\n"
                                "group = [{ targets = \"x\", protocol = \"pop3\", own = true, "
                                "depth = \"mail\" }]\n")) ==
        std::vector<std::string>{
            "2:66: depth: mail and rcpt are of SMTP, and the group's protocol is another"});
}

// The page prints them as the defaults.
TEST_CASE("the defaults that are described are the ones that hold", "[config]") {
  const watch::Settings plain = settings_of(kSmall);
  std::string written(kSmall);
  std::string watch_keys;
  std::string group_keys;
  for (const Key& key : section_of("watch").keys) {
    const bool literal = key.fallback.starts_with('"') ||
                         key.fallback.find_first_not_of("0123456789") == std::string::npos;
    if (!key.fallback.empty() && literal)
      watch_keys += std::string(key.name) + " = " + key.fallback + "\n";
  }
  for (const Key& key : section_of("group.retry").keys) {
    group_keys += "retry." + std::string(key.name) + " = " + key.fallback + "\n";
  }
  for (const std::string_view name :
       {"require_valid", "own", "void_after", "severity", "tls", "ports"}) {
    for (const Key& key : section_of("group").keys) {
      if (key.name == name) group_keys += std::string(name) + " = " + key.fallback + "\n";
    }
  }
  written.insert(written.find("[[channel]]"), group_keys);
  written.insert(written.find("[[group]]"), watch_keys);
  CAPTURE(written);
  const watch::Settings same = settings_of(written);
  CHECK(same.state_dir == plain.state_dir);
  CHECK(same.time_zone == plain.time_zone);
  CHECK(same.concurrency == plain.concurrency);
  CHECK(same.rate == plain.rate);
  const watch::Group& a = same.groups[0];
  const watch::Group& b = plain.groups[0];
  CHECK(a.interval == b.interval);
  CHECK(a.tls_every == b.tls_every);
  CHECK(a.depth == b.depth);
  CHECK(a.tls == b.tls);
  CHECK(a.ports == b.ports);
  CHECK(a.own == b.own);
  CHECK(a.require_valid == b.require_valid);
  CHECK(a.severity == b.severity);
  CHECK(a.void_after == b.void_after);
  CHECK(a.confirmation.after == b.confirmation.after);
  CHECK(a.confirmation.down_after == b.confirmation.down_after);
  CHECK(a.confirmation.up_after == b.confirmation.up_after);
  CHECK(a.confirmation.degraded_after == b.confirmation.degraded_after);
}

TEST_CASE("every problem is found at once, in the order of the lines", "[config]") {
  const Configured configured = Room{}.read(
      "[watch]\n"
      "hello = \"probe.example.net\"\n"
      "interval = 60\n"
      "[[route]]\n"
      "to = \"mail\"\n"
      "[[group]]\n"
      "ports = [0]\n");
  CHECK_FALSE(configured.settings);
  CHECK(problems_of(configured) ==
        std::vector<std::string>{"1:1: helo is missing: helo = \"probe.example.net\"",
                                 "2:1: unknown key 'hello', do you mean 'helo'?",
                                 "3:12: interval must be a text such as \"60s\"",
                                 "5:6: there is no channel 'mail'",
                                 "6:1: targets is missing (or domains): targets = \"edge.jsonl\"",
                                 "7:10: ports must be from 1 to 65535, not 0"});
}

TEST_CASE("what is not TOML has a place, too", "[config]") {
  const Configured configured = Room{}.read("[watch]\nhelo = probe.example.net\n");
  REQUIRE(configured.problems.size() == 1);
  CHECK(configured.problems[0].line == 2);
  CHECK(configured.problems[0].column > 1);
  const Configured twice = Room{}.read("[watch]\nhelo = \"a.b\"\nhelo = \"c.d\"\n");
  REQUIRE(twice.problems.size() == 1);
  CHECK(twice.problems[0].line == 3);
}

TEST_CASE("a bracket alone is a mistake like any other", "[config]") {
  for (const std::string_view text : {"[\n", "[[\n", "[ #\n", "\n[\n]\n", "a = [\n", "[.\n"}) {
    CAPTURE(text);
    const Configured configured = Room{}.read(text);
    REQUIRE(configured.problems.size() == 1);
    CHECK(configured.problems[0].line >= 1);
  }
}

TEST_CASE("files are joined: arrays of tables are appended", "[config]") {
  const watch::Settings settings = settings_of(
      Room{}, {{"watch.toml", std::string(kSmall)},
               {"conf.d/a.toml", "[watch]\nrate = 10\n[[group]]\ntargets = \"a.txt\"\n"},
               {"conf.d/b.toml",
                "[[group]]\ntargets = \"b.txt\"\n[vantage]\ncanaries = [\"192.0.2.1:25\"]\n"}});
  CHECK(settings.rate == 10);
  REQUIRE(settings.groups.size() == 3);
  CHECK(settings.groups[1].name == "a");
  CHECK(settings.groups[2].name == "b");
  CHECK(settings.vantage.quorum == 1);
}

TEST_CASE("a key that two files set names both places", "[config]") {
  const Configured configured = Room{}.read(
      {{"watch.toml", std::string(kSmall)},
       {"conf.d/a.toml", "[watch]\nhelo = \"other.example.net\"\nretry = { up_after = 1 }\n"},
       {"conf.d/b.toml", "[watch]\nretry.down_after = 1\nrat = 1\n"}});
  CHECK(problems_of(configured) ==
        std::vector<std::string>{
            "conf.d/a.toml:2:8: helo is set twice: here and at watch.toml:2:8",
            "conf.d/b.toml:2:1: retry is set twice: here and at conf.d/a.toml:3:9",
            "conf.d/b.toml:3:1: unknown key 'rat', do you mean 'rate'?"});
}

TEST_CASE("texts may have variables of the environment", "[config]") {
  const Room room{{}, {{"A", "one"}, {"B_2", "${A}"}, {"EMPTY", ""}}};
  const auto folder = [&room](const std::string& text) {
    return settings_of("[watch]\nstate_dir = '" + text + "'\n" + std::string(kSmall.substr(8)),
                       room)
        .state_dir;
  };
  CHECK(folder("/${A}") == "/one");
  CHECK(folder("/${A}${B_2}/x${EMPTY}") == "/one${A}/x");  // A value is not read again.
  CHECK(folder("/$${A}") == "/${A}");
  CHECK(folder("/$${A}/${A}") == "/${A}/one");
  CHECK(folder("/$A/$") == "/$A/$");
}

TEST_CASE("no message has a secret", "[config]") {
  const Room room{{{"/secret", "hidden\n"}}, {{"KEY", "hidden"}}};
  std::string text(kSmall);
  text +=
      "[[channel]]\nkind = \"${KEY}\"\n[[channel]]\nname = \"w\"\nkind = \"webhook\"\nurl = "
      "\"hidden\"\ntoken_file = \"/secret\"\nbody = \"${KEY}\"\nsigning_key = \"${KEY}\"\nfallback "
      "= \"${KEY}\"\ntimeout = \"${KEY}\"\ntime_zone = \"${KEY}\"\n[alerts]\ndigest_at = "
      "\"${KEY}\"\n";
  const Configured configured = room.read(text);
  CHECK(configured.problems.size() == 6);
  for (const Problem& problem : configured.problems) {
    CAPTURE(problem.text());
    CHECK(problem.text().find("hidden") == std::string::npos);
  }
}

TEST_CASE("a relay says how TLS begins", "[config]") {
  const auto relay = [](const std::string& text) {
    std::string whole(kSmall);
    whole.replace(whole.find("mx:"), 3, text);
    return settings_of(whole).channels[0].relays.at(0);
  };
  CHECK(relay("relay.example.org").tls == watch::Relaying::starttls_if_offered);
  CHECK(relay("relay.example.org").port == 587);
  CHECK(relay("relay:25").port == 25);
  CHECK(relay("[2001:db8::1]:25").host == "2001:db8::1");
  CHECK(relay("192.0.2.1").host == "192.0.2.1");
  CHECK(relay("starttls://relay").tls == watch::Relaying::starttls);
  CHECK(relay("smtps://relay").port == 465);
  CHECK(relay("smtps://relay:1465").port == 1465);
  CHECK(relay("smtp://relay:25").tls == watch::Relaying::starttls_if_offered);
}

TEST_CASE("days and times of TOML's own form are accepted", "[config]") {
  const watch::Settings settings =
      settings_of(std::string(kSmall) +
                  "[[maintenance]]\ndate = 2026-12-24\nat = 02:30:00\nfor = \"1d12h\"\n"
                  "[[maintenance]]\nevery = [\"mon\", \"Friday\"]\nat = \"23:59\"\nfor = \"90\"\n"
                  "[[maintenance]]\nevery = \"day\"\nat = \"00:00\"\nfor = \"1h30m\"\n");
  CHECK(settings.maintenance[0].date == "2026-12-24");
  CHECK(settings.maintenance[0].at == 2h + 30min);
  CHECK(settings.maintenance[0].lasts == 36h);
  CHECK(settings.maintenance[1].weekdays == ((1U << 1U) | (1U << 5U)));
  CHECK(settings.maintenance[1].lasts == 90s);
  CHECK(settings.maintenance[2].weekdays == 0);
}

TEST_CASE("the label severity is that of the group, unless the key is given", "[config]") {
  const auto severity = [](const std::string& keys) {
    std::string whole(kSmall);
    whole.insert(whole.find("[[channel]]"), keys);
    return settings_of(whole).groups[0].severity;
  };
  CHECK(severity("") == watch::Severity::critical);
  CHECK(severity("labels = { severity = \"info\" }\n") == watch::Severity::info);
  CHECK(severity("labels = { severity = \"info\" }\nseverity = \"warning\"\n") ==
        watch::Severity::warning);
}

TEST_CASE("a configuration without a channel is complete", "[config]") {
  const watch::Settings settings = settings_of(kSmall.substr(0, kSmall.find("[[channel]]")));
  CHECK(settings.channels.empty());
  CHECK(settings.routes.empty());
}

TEST_CASE("twenty thousand groups on one line each are read", "[config]") {
  std::string text = "group = [\n";
  for (int i = 0; i < 20'000; ++i) {
    const std::string number = std::to_string(i);
    text += "{ name = \"g" + number + "\", targets = \"lists/" + number +
            ".txt\", interval = \"5m\" },\n";
  }
  text += "]\n" + std::string(kSmall.substr(0, kSmall.find("[[group]]")));
  const watch::Settings settings = settings_of(text);
  REQUIRE(settings.groups.size() == 20'000);
  CHECK(settings.groups.back().name == "g19999");
  CHECK(settings.groups.back().interval == 5min);
}
