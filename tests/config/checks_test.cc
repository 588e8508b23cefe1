// SPDX-License-Identifier: MIT
// The kinds of [[check]], and the checks of a group.
#include <string>
#include <string_view>
#include <vector>

#include "config/read.h"
#include "mxsweep/config/config.h"
#include "support/catch.h"

using namespace mxsweep;
using namespace mxsweep::config;
using namespace std::chrono_literals;

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
