// SPDX-License-Identifier: MIT
// The examples of the manual and of the package.
#include <string>
#include <string_view>
#include <vector>

#include "config/read.h"
#include "mxsweep/config/config.h"
#include "mxsweep/config/sections.h"
#include "support/catch.h"
#include "support/guarded_bytes.h"

using namespace mxsweep;
using namespace mxsweep::config;
using namespace std::chrono_literals;

namespace {

std::string example() { return text_of_file("src/config/watch.toml.example"); }

// What the example's secrets need.
Room room_of_example() {
  return {{{"/etc/mxsweep/twilio.secret", "twilio\n"},
           {"/etc/mxsweep/hook.secret", "hook\n"},
           {"/etc/mxsweep/hook.key", "key"},
           {"/etc/mxsweep/http.token", "a token of the example\n"}},
          {{"RELAY_PASSWORD", "relay"}}};
}

}  // namespace

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
