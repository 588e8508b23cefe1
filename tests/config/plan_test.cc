// SPDX-License-Identifier: MIT
#include "mxsweep/config/plan.h"

#include <cmath>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/read.h"
#include "support/catch.h"

using namespace mxsweep;
using namespace mxsweep::config;

namespace {

constexpr std::string_view kPlanHead =
    "[watch]\n"
    "helo = \"probe.example.net\"\n"
    "[vantage]\n"
    "canaries = [\"192.0.2.1:25\"]\n"
    "[[group]]\n"
    "name = \"edge\"\n"
    "targets = \"edge.txt\"\n"
    "labels = { team = \"mail\" }\n";

constexpr std::string_view kPlanMail =
    "[[channel]]\n"
    "name = \"ops\"\n"
    "kind = \"mail\"\n"
    "to = [\"ops@example.net\"]\n"
    "relays = [\"relay.example.org\", \"mx:\"]\n";

constexpr std::string_view kSms = "[[channel]]\nname = \"sms\"\nkind = \"twilio-sms\"\n";

struct World {
  std::vector<std::uint64_t> monitors = {100'000};
  std::set<std::string, std::less<>> servers;
  std::set<std::string, std::less<>> domains;  // Of which an MX is watched.

  [[nodiscard]] Plan plan(const std::string& text) const {
    const Configured configured = Room{}.read(text);
    CHECK(problems_of(configured) == std::vector<std::string>());
    REQUIRE(configured.settings);
    return make_plan(*configured.settings,
                     {monitors, [this](std::string_view host) { return servers.contains(host); },
                      [this](std::string_view domain) { return domains.contains(domain); }});
  }
};

bool near(double a, double b) { return std::abs(a - b) <= 0.01 * b; }

std::string head() { return std::string(kPlanHead); }

std::vector<std::string> remarks(const Plan& plan) {
  std::vector<std::string> lines;
  for (const std::string& line : lines_of(plan)) {
    if (line.starts_with("warning: ") || line.starts_with("error: ")) lines.push_back(line);
  }
  return lines;
}

}  // namespace

TEST_CASE("a hundred thousand monitors a minute cost what was measured", "[config][plan]") {
  const Plan plan = World{}.plan(head() + std::string(kSms));
  CHECK(near(plan.probes_per_second, 1666.67));
  CHECK(near(plan.handshakes_per_second, 111.11));
  CHECK(near(plan.cores, 0.1348));
  CHECK(plan.memory_octets == 120'000'000);
  CHECK(plan.history_octets_per_day == 5'184'000'000);
  CHECK(near(plan.days_kept, 1.929));
}

TEST_CASE("how often a group goes on to TLS", "[config][plan]") {
  const auto share = [](const std::string& keys) {
    const Plan plan = World{}.plan(head() + keys + std::string(kSms));
    return plan.handshakes_per_second / plan.probes_per_second;
  };
  CHECK(near(share(""), 1.0 / 15));
  CHECK(near(share("tls_every = \"always\"\n"), 1));
  CHECK(near(share("tls_every = \"30s\"\n"), 1));
  CHECK(near(share("depth = \"tls\"\n"), 1));
  CHECK(near(share("tls = \"implicit\"\n"), 1));
  CHECK(share("tls = \"off\"\ntls_every = \"always\"\n") == 0);
}

TEST_CASE("the plan as lines", "[config][plan]") {
  const Plan plan = World{}.plan(
      head() + std::string(kPlanMail) + std::string(kSms) +
      "[[route]]\nmatch = { severity = \"critical\" }\nto = \"ops\"\n"
      "escalate = [{ after = \"15m\", to = \"sms\" }]\n"
      "[[route]]\nmatch = { severity = \"warning\", target = \"mx1.*\" }\nto = \"sms\"\n");
  CHECK(lines_of(plan) ==
        std::vector<std::string>{
            "monitors: 100000 in 1 group",
            "  edge: 100000, 1666.67 probes a second, 111.11 of them with TLS",
            "probes: 1666.67 a second, 111.11 of them with TLS",
            "processor: about 13.5 % of a core (estimate)",
            "memory: about 120.0 MB for the monitors (estimate)",
            "history: 5.2 GB a day before it is compacted; the budget holds 1.9 days",
            "messages:",
            "  edge, critical: ops; later, unless acknowledged: sms",
            "  edge, warning: for some targets: sms",
            "  edge, info: nothing",
        });
  CHECK_FALSE(plan.has_error());
}

TEST_CASE("a route reaches the groups that it matches", "[config][plan]") {
  const World world{{1, 1}, {}, {}};
  const Plan plan = world.plan(
      head() + "[[group]]\nname = \"other\"\ntargets = \"other.txt\"\nseverity = \"info\"\n" +
      std::string(kPlanMail) + std::string(kSms) +
      "[[route]]\nmatch = { group = \"other\" }\nto = \"sms\"\n"
      "[[route]]\nmatch = { labels = { team = \"mail\" } }\nto = \"ops\"\n");
  REQUIRE(plan.reaches.size() == 6);
  CHECK(plan.reaches[0].at_once == std::vector<std::string>{"ops"});
  CHECK(plan.reaches[0].sometimes.empty());
  CHECK(plan.reaches[3].group == "other");
  CHECK(plan.reaches[3].at_once == std::vector<std::string>{"sms"});
  CHECK(plan.reaches[3].sometimes == std::vector<std::string>{"ops"});  // meta may have a team.
}

TEST_CASE("what is missing is remarked on", "[config][plan]") {
  const World world{{0}, {}, {}};
  std::string bare = head();
  bare.erase(bare.find("[vantage]"), bare.find("[[group]]") - bare.find("[vantage]"));
  CHECK(
      remarks(world.plan(bare)) ==
      std::vector<std::string>{
          "warning: there is no channel: nothing will be reported, except by `mxsweep ctl status`",
          "warning: there are no canaries ([vantage]): a fault of this machine's network looks "
          "like a fault of the servers",
          "warning: the group 'edge' has no target"});
  CHECK(remarks(World{}.plan(head() + std::string(kPlanMail) + std::string(kSms) +
                             "[[route]]\nmatch = { severity = \"info\" }\nto = \"ops\"\n")) ==
        std::vector<std::string>{"warning: no route leads to the channel 'sms'",
                                 "warning: no route takes every failure of the group 'edge'"});
}

TEST_CASE("a mail path through watched servers alone is an error", "[config][plan]") {
  const std::string mail_alone = head() + std::string(kPlanMail);
  World world;
  CHECK(remarks(world.plan(mail_alone)).empty());

  world.servers = {"relay.example.org"};  // The other way, mx:, is not watched.
  CHECK(remarks(world.plan(mail_alone)).empty());

  world.domains = {"example.net"};
  const Plan plan = world.plan(mail_alone);
  CHECK(plan.has_error());
  CHECK(remarks(plan) ==
        std::vector<std::string>{
            "error: every relay of the channel 'ops' is a server that is watched, and messages "
            "have no other way: when it fails, no alert arrives; add a relay elsewhere or a "
            "channel of another kind",
            "warning: the channel 'ops' sends to example.net, whose MX is a server that is "
            "watched: while it is down, messages wait"});
}

TEST_CASE("another kind of channel, or another relay, makes it a warning", "[config][plan]") {
  const World world{{1}, {"relay.example.org"}, {"example.net"}};
  const Plan both = world.plan(head() + std::string(kPlanMail) + std::string(kSms));
  CHECK_FALSE(both.has_error());
  CHECK(remarks(both).front() ==
        "warning: every relay of the channel 'ops' is a server that is watched");

  // It does not count unless a message may go to it.
  const Plan unrouted =
      world.plan(head() + std::string(kPlanMail) + std::string(kSms) + "[[route]]\nto = \"ops\"\n");
  CHECK(unrouted.has_error());

  // A fallback counts.
  const Plan fallback = world.plan(head() + std::string(kPlanMail) + "fallback = \"sms\"\n" +
                                   std::string(kSms) + "[[route]]\nto = \"ops\"\n");
  CHECK_FALSE(fallback.has_error());
}

TEST_CASE("the plan says where the status page is, who sees what, and what is unsafe about it",
          "[config][plan]") {
  const World world{{1}, {}, {}};
  const auto plan = [&world](std::string_view http) {
    return world.plan(head() + std::string(kPlanMail) + "[http]\n" + std::string(http));
  };
  const Plan local = plan("listen = \"127.0.0.1:8025\"\ntoken = \"0123456789abcdef\"\n");
  CHECK(local.seen ==
        "http://127.0.0.1:8025/; without the token one sees the status without targets");
  CHECK(remarks(local).empty());
  const Plan open = plan("listen = \"0.0.0.0:8025\"\npublic = \"all\"\n");
  CHECK(open.seen == "http://0.0.0.0:8025/; without the token one sees everything");
  CHECK(remarks(open) ==
        std::vector<std::string>{
            "warning: the status page listens at 0.0.0.0:8025 without TLS: the token and all that "
            "is shown can be read on the way",
            "warning: [http] has no token: nothing can be acknowledged or silenced over HTTP but "
            "by the links of messages"});
}
