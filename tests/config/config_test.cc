// SPDX-License-Identifier: MIT
#include "mxsweep/config/config.h"

#include <cmath>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "config/read.h"
#include "mxsweep/config/sections.h"
#include "support/catch.h"
#include "support/guarded_bytes.h"

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

std::string example() {
  std::ifstream file(MXSWEEP_SOURCE_DIR "/src/config/watch.toml.example");
  return {std::istreambuf_iterator<char>(file), {}};
}

// What the example's secrets need.
Room room_of_example() {
  return {{{"/etc/mxsweep/twilio.secret", "twilio\n"},
           {"/etc/mxsweep/hook.secret", "hook\n"},
           {"/etc/mxsweep/hook.key", "key"},
           {"/etc/mxsweep/http.token", "a token of the example\n"}},
          {{"RELAY_PASSWORD", "relay"}}};
}

watch::Settings settings_of(const Room& room, const std::vector<Source>& sources) {
  Configured configured = room.read(sources);
  CHECK(problems_of(configured) == std::vector<std::string>());
  REQUIRE(configured.settings);
  return *std::move(configured.settings);
}

watch::Settings settings_of(std::string_view text, const Room& room = {}) {
  return settings_of(room, {{"watch.toml", std::string(text)}});
}

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

TEST_CASE("a check is a group of its own, with results of its own", "[config]") {
  const watch::Settings settings = settings_of(
      "watch = { helo = \"a.test\", interval = \"30s\", checks = [\"names\"] }\n"
      "[[check]]\nkind = \"exec\"\nname = \"mailq\"\ncommand = [\"/bin/x\", \"-w\", \"50\"]\n"
      "timeout = \"20s\"\npage_on = \"check.warning\"\nlabels = { team = \"mail\" }\n");
  const watch::Group& group = settings.groups.at(0);
  CHECK(group.name == "mailq");
  CHECK(group.run == watch::Run{watch::RunKind::exec, {"/bin/x", "-w", "50"}, 20s});
  CHECK(group.interval == 30s);
  CHECK(group.confirmation.down_after == 2);
  CHECK(group.page_on == std::vector{Cause::check_warning});
  CHECK(group.labels == watch::Labels{{"team", "mail"}});
  CHECK(group.checks.words.empty());
}

constexpr std::string_view kRoundtrip =
    "watch = { helo = \"a.test\" }\n"
    "[[check]]\nkind = \"roundtrip\"\nname = \"path\"\nsend = \"mail.example.net\"\n"
    "from = \"probe@example.net\"\nto = \"probe+${token}@example.org\"\n"
    "fetch = \"imaps://imap.example.org\"\nsecret_file = \"rt.toml\"\nwithin = \"1m\"\n";

TEST_CASE("a round trip has the usual script with what its keys say", "[config]") {
  const Configured configured = Room{}.read(kRoundtrip);
  REQUIRE(problems_of(configured) == std::vector<std::string>());
  const watch::Group& group = configured.settings->groups.at(0);
  CHECK(group.run->kind == watch::RunKind::roundtrip);
  CHECK(group.interval == 5min);
  CHECK(group.confirmation.after == std::vector<Duration>{60s});
  const roundtrip::Script& script = configured.scripts.at("path");
  CHECK(script.name == "path");
  CHECK(script.secret_file == "rt.toml");
  const auto* connect = std::get_if<roundtrip::Connect>(&script.steps.at(0).action);
  REQUIRE(connect != nullptr);
  CHECK(to_string(connect->endpoint) == "smtp://mail.example.net:587");
  CHECK(script.steps.at(script.steps.size() - 2).within == 60s);
}

TEST_CASE("a script has its steps in the configuration or in a file", "[config]") {
  const std::string file =
      "[[check]]\nname = \"other\"\n[[check.step]]\nconnect = \"b.test\"\n"
      "[[check]]\nname = \"mine\"\n[[check.step]]\nconnect = \"c.test\"\n";
  const Room room{{{"checks.toml", file}}, {}};
  const Configured configured = room.read(
      "watch = { helo = \"a.test\" }\n"
      "[[check]]\nkind = \"script\"\nname = \"inline\"\nstep = [{ connect = \"a.test\" }]\n"
      "[[check]]\nkind = \"script\"\nname = \"mine\"\nfile = \"checks.toml\"\n");
  REQUIRE(problems_of(configured) == std::vector<std::string>());
  const auto host = [&configured](const std::string& name) {
    const auto& action = configured.scripts.at(name).steps.at(0).action;
    return std::get<roundtrip::Connect>(action).endpoint.host;
  };
  CHECK(host("inline") == "a.test");
  CHECK(host("mine") == "c.test");
}

TEST_CASE("what a check has no use for is a mistake", "[config]") {
  const auto problems = [](const std::string& more) {
    return problems_of(Room{}.read(std::string(kRoundtrip) + more));
  };
  CHECK(problems("command = [\"/bin/x\"]\n") ==
        std::vector<std::string>{"11:11: a check of kind 'roundtrip' has no use for command"});
  CHECK(problems("interval = \"30s\"\n") ==
        std::vector<std::string>{"11:12: interval must be from 60s to 24h, not 30s"});
  CHECK(problems("mechanism = \"CRAM\"\n") ==
        std::vector<std::string>{"11:13: mechanism: 'CRAM' is not PLAIN, LOGIN, SCRAM-SHA-256, "
                                 "XOAUTH2 or OAUTHBEARER"});
}

TEST_CASE("the complete example has no problem", "[config]") {
  const watch::Settings settings = settings_of(example(), room_of_example());
  CHECK(settings.history_octets_max == 10'000'000'000);
  CHECK(settings.time_zone == "Europe/Berlin");
  CHECK(settings.digest_at == 8h);
  CHECK(settings.control == "/run/mxsweep/control");
  CHECK(settings.http.listen == "127.0.0.1:8025");
  CHECK(settings.http.token.reveal() == "a token of the example");
  CHECK(settings.http.visible == watch::Visible::status);
  CHECK(settings.http.hosts == std::vector<std::string>{"status.example.net"});
  CHECK(settings.http.status_dir == "/var/www/status");
  CHECK(settings.http.per_monitor == false);

  REQUIRE(settings.groups.size() == 7);
  CHECK(settings.groups[4].run->kind == watch::RunKind::exec);
  CHECK(settings.groups[5].name == "delivery");
  CHECK(settings.groups[5].run->kind == watch::RunKind::roundtrip);
  CHECK(settings.groups[6].run->kind == watch::RunKind::script);
  const watch::Group& edge = settings.groups[0];
  CHECK(edge.labels == watch::Labels{{"team", "mail"}});
  CHECK(edge.page_on == std::vector{Cause::certificate_expired});
  CHECK(edge.group_by == std::vector<std::string>{"rack", "site"});
  REQUIRE(edge.objective);
  CHECK(std::abs(edge.objective->target - 0.999) < 1e-9);
  CHECK(edge.objective->window == 720h);
  const watch::Group& submission = settings.groups[1];
  CHECK(submission.ports == std::vector<std::uint16_t>{465, 587});
  CHECK(submission.tls_every == Duration::zero());
  CHECK(submission.interval == 30s);
  CHECK(submission.confirmation.down_after == 2);
  CHECK(submission.confirmation.after == std::vector<Duration>{15s, 30s});
  const watch::Group& mailboxes = settings.groups[2];
  CHECK(mailboxes.protocol == Protocol::imap);
  CHECK(mailboxes.ports == std::vector<std::uint16_t>{993});
  const watch::Group& customers = settings.groups[3];
  CHECK(customers.domains == "domains.txt");
  CHECK(customers.name == "customers");
  CHECK(customers.severity == watch::Severity::warning);
  CHECK_FALSE(customers.own);

  REQUIRE(settings.vantage.canaries.size() == 3);
  CHECK_FALSE(settings.vantage.canaries[0].greets);
  CHECK(settings.vantage.canaries[0].target.port == 53);
  CHECK(settings.vantage.canaries[1].greets);
  CHECK(settings.vantage.canaries[1].target.host() == "mx-a.example.org");
  CHECK(settings.vantage.quorum == 2);
}

TEST_CASE("the complete example's channels, routes and windows are resolved", "[config]") {
  const watch::Settings settings = settings_of(example(), room_of_example());
  REQUIRE(settings.channels.size() == 5);
  const watch::Channel& mail = settings.channels[0];
  CHECK(mail.password.reveal() == "relay");
  REQUIRE(mail.relays.size() == 3);
  CHECK(mail.relays[0].host == "relay-a.example.org");
  CHECK(mail.relays[0].port == 587);
  CHECK(mail.relays[0].tls == watch::Relaying::starttls);  // There is a password.
  CHECK(mail.relays[1].tls == watch::Relaying::implicit);
  CHECK(mail.relays[1].port == 465);
  CHECK(mail.relays[2].host.empty());
  CHECK(mail.fallback == watch::ChannelNumber{1});
  CHECK(settings.channels[1].token.reveal() == "twilio");
  CHECK(settings.channels[1].max_per_hour == 6);
  CHECK(settings.channels[2].signing.reveal() == "key");
  CHECK(settings.channels[3].parameters.at("room") == "ops");
  CHECK(settings.channels[4].command.front() == "/usr/local/bin/wall-light");

  REQUIRE(settings.routes.size() == 3);
  const watch::Route& first = settings.routes[0];
  CHECK(first.match.severity == watch::Severity::critical);
  CHECK(first.to == std::vector<watch::ChannelNumber>{0, 4});
  CHECK(first.reminder == 4h);
  REQUIRE(first.escalate.size() == 1);
  CHECK(first.escalate[0].after == 15min);
  CHECK(first.escalate[0].to == std::vector<watch::ChannelNumber>{1});
  CHECK(settings.routes[1].match.target == "*.example.net");

  REQUIRE(settings.maintenance.size() == 2);
  CHECK(settings.maintenance[0].weekdays == 1);
  CHECK(settings.maintenance[0].at == 2h);
  CHECK(settings.maintenance[0].match.group == "edge");
  CHECK(settings.maintenance[1].date == "2026-12-24");
  CHECK(settings.maintenance[1].lasts == 12h);
  CHECK(settings.maintenance[1].time_zone == "Europe/Berlin");
}

TEST_CASE("the small example of the manual page is enough", "[config]") {
  std::ifstream file(MXSWEEP_SOURCE_DIR "/src/cli/mxsweep-watch.5.in");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  const std::size_t begin = page.find("\n.EX\n") + 5;
  const std::size_t end = page.find(".EE", begin);
  REQUIRE(end != std::string::npos);
  const watch::Settings settings = settings_of(page.substr(begin, end - begin));
  CHECK(settings.groups.size() == 1);
  CHECK(settings.routes.size() == 1);
}

TEST_CASE("the example shows every key", "[config]") {
  const std::string text = example();
  for (const Section& section : sections()) {
    for (const Key& key : section.keys) {
      const std::string name(key.name);
      const bool in_file = text.find(name + "_file = ") != std::string::npos;
      if (in_file || name == "password_file") continue;  // The other way to give a secret.
      CAPTURE(section.name, name);
      CHECK(text.find(name + " = ") != std::string::npos);
    }
  }
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

TEST_CASE("a file that is cut anywhere is read or refused", "[config]") {
  const std::string whole = example();
  const Room room = room_of_example();
  std::size_t settled = 0;
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    const GuardedBytes part(std::string_view(whole).substr(0, cut));
    const Configured configured = room.read(part.view());
    CHECK(configured.settings.has_value() == configured.problems.empty());
    if (configured.settings) ++settled;
  }
  CHECK(settled > 0);
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

TEST_CASE("a group has the checks of [watch] that it can have, or those of its own", "[config]") {
  const Room room;
  const std::string channel = "[[channel]]\nkind = \"mail\"\nto = \"a@b.test\"\nrelays = \"mx:\"\n";
  config::Surroundings surroundings = room.surroundings();
  surroundings.check_fault = [](const std::string& word, bool domains) -> std::string {
    if (word != "spf" && word != "dane") return "no " + word;
    return word == "spf" && !domains ? "spf is of domains" : "";
  };
  const auto read = [&](const std::string& groups) {
    return config::read_config({{"watch.toml",
                                 "[watch]\nhelo = \"a.test\"\nchecks = [\"spf\", \"dane\"]\n"
                                 "checks_every = \"2h\"\nchecks_alert = \"warn\"\n" +
                                     groups + channel}},
                               surroundings);
  };
  const config::Configured good = read(
      "[[group]]\nname = \"a\"\ndomains = \"a.txt\"\n[[group]]\nname = \"b\"\ntargets = \"b.txt\"\n"
      "[[group]]\nname = \"c\"\ndomains = \"c.txt\"\nchecks = \"none\"\nchecks_role = \"in\"\n");
  REQUIRE(good.settings);
  const std::vector<watch::Group>& groups = good.settings->groups;
  CHECK(groups[0].checks.words == std::vector<std::string>{"spf", "dane"});
  CHECK(groups[1].checks.words == std::vector<std::string>{"dane"});
  CHECK(groups[2].checks.words.empty());
  CHECK(groups[0].checks.every == 2h);
  CHECK(groups[0].checks.least == mxsweep::Severity::warn);
  CHECK(groups[2].checks.role == mxsweep::MailRole::in);

  CHECK(problems_of(read("[[group]]\ntargets = \"b.txt\"\nchecks = \"spf\"\n")) ==
        std::vector<std::string>{"8:10: checks: spf is of domains"});
  CHECK(problems_of(read("[[group]]\ndomains = \"b.txt\"\nchecks_every = \"30s\"\n")).size() == 1);
}
