// SPDX-License-Identifier: MIT
#include "mxsweep/blocklists/zone_watch.h"

#include <algorithm>
#include <string>

#include "blocklists/lists.h"
#include "support/catch.h"

namespace mxsweep::blocklists {
namespace {

using namespace std::chrono_literals;
using dns::LookupStatus;

const std::string kTestListed = "2.0.0.127.zen.example";
const std::string kTestUnlisted = "1.0.0.127.zen.example";

ZoneReport only_report(const Caller& caller) {
  REQUIRE(caller.watch.reports().size() == 1);
  return caller.watch.reports().front();
}

std::size_t times_asked(const Lists& lists, const std::string& name) {
  return static_cast<std::size_t>(std::ranges::count(lists.asked, name));
}

TEST_CASE("a zone that is not asked is not tested", "[blocklists][watch]") {
  Lists lists;
  Caller caller({zone_for(Kind::ip4)}, lists);
  caller.run_tests();
  CHECK(lists.asked.empty());
  CHECK(caller.watch.next_time() == kNever);
  caller.watch.finish();
  CHECK(caller.watch.quiet());
}

TEST_CASE("the test comes before the first question", "[blocklists][watch]") {
  Lists lists;
  lists.tested(zone_for(Kind::ip4));
  Caller caller({zone_for(Kind::ip4)}, lists);
  CHECK(json_of(caller.look_up("192.0.2.1")) == R"([{"zone":"zen","verdict":"not_listed"}])");
  CHECK(lists.asked ==
        std::vector<std::string>{kTestListed, kTestUnlisted, "1.2.0.192.zen.example"});
  CHECK(only_report(caller).state == ZoneState::usable);
}

TEST_CASE("each kind of entries is tested by its own names", "[blocklists][watch]") {
  Zone zone = zone_for(Kind::ip6);
  zone.kinds.add(Kind::domain);
  Lists lists;
  lists.tested(zone);
  Caller caller({zone}, lists);
  (void)caller.look_up("2001:db8::1");
  (void)caller.look_up_domain("example.org");
  CHECK(times_asked(lists, query_name(zone, at("::ffff:127.0.0.2"))) == 1);
  CHECK(times_asked(lists, query_name(zone, at("::ffff:127.0.0.1"))) == 1);
  CHECK(times_asked(lists, "test.zen.example") == 1);
  CHECK(times_asked(lists, "invalid.zen.example") == 1);
  for (const ZoneReport& report : caller.watch.reports()) CHECK(report.state == ZoneState::usable);
}

TEST_CASE("a list of domains may have test names of its own", "[blocklists][watch]") {
  Zone zone = zone_for(Kind::domain);
  zone.listed = "dbltest.com";
  zone.unlisted = "example.com";
  Lists lists;
  lists.tested(zone);
  Caller caller({zone}, lists);
  (void)caller.look_up_domain("example.org");
  CHECK(times_asked(lists, "dbltest.com.zen.example") == 1);
  CHECK(only_report(caller).state == ZoneState::usable);
}

TEST_CASE("a zone that does not pass its test is not asked", "[blocklists][watch]") {
  struct Case {
    dns::Answer listed;
    dns::Answer unlisted;
    std::string_view fault;
  };
  const dns::Answer none = failed_as(LookupStatus::nxdomain);
  const dns::Answer entry = listed_as({"127.0.0.2"});
  const Case kCases[] = {
      {none, none, "lists_nothing"},
      {entry, entry, "lists_everything"},
      {listed_as({"192.0.2.1"}), listed_as({"192.0.2.1"}), "rewritten"},
      {entry, listed_as({"192.0.2.1"}), "rewritten"},
      {listed_as({"127.255.255.254"}), listed_as({"127.255.255.254"}), "open_resolver"},
      {listed_as({"127.255.255.255"}), none, "excess_volume"},
      {failed_as(LookupStatus::servfail), entry, "lists_everything"},
  };
  for (const Case& each : kCases) {
    CAPTURE(each.fault);
    Lists lists;
    lists.names = {{kTestListed, each.listed},
                   {kTestUnlisted, each.unlisted},
                   {"1.2.0.192.zen.example", entry}};
    Caller caller({zone_for(Kind::ip4)}, lists);
    const ListingReport report = caller.look_up("192.0.2.1");
    CHECK(json_of(report) == R"([{"zone":"zen","verdict":"unknown","why":"unusable"}])");
    CHECK(report.findings().empty());
    CHECK(times_asked(lists, "1.2.0.192.zen.example") == 0);
    CHECK(only_report(caller).state == ZoneState::unusable);
    CHECK(only_report(caller).fault == each.fault);
    const FindingReports findings = findings_of(caller.watch.reports());
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].finding == CheckFinding::dnsbl_unusable);
    CHECK(findings[0].detail == "zen (ip4): " + std::string(each.fault));
  }
}

TEST_CASE("a test without an answer decides nothing, and is made again", "[blocklists][watch]") {
  Lists lists;
  lists.names[kTestListed] = failed_as(LookupStatus::timeout);
  Caller caller({zone_for(Kind::ip4)}, lists);
  CHECK(json_of(caller.look_up("192.0.2.1")) ==
        R"([{"zone":"zen","verdict":"unknown","why":"untested"}])");
  lists.tested(zone_for(Kind::ip4));
  CHECK(json_of(caller.look_up("192.0.2.1")) ==
        R"([{"zone":"zen","verdict":"unknown","why":"untested"}])");
  caller.pass(kTestAgainAfterTrouble);
  caller.run_tests();
  CHECK(json_of(caller.look_up("192.0.2.1")) == R"([{"zone":"zen","verdict":"not_listed"}])");
}

TEST_CASE("an unusable zone is tested again if it is wanted", "[blocklists][watch]") {
  Lists lists;
  Caller caller({zone_for(Kind::ip4)}, lists);
  (void)caller.look_up("192.0.2.1");
  caller.pass(kTestEvery);
  caller.run_tests();
  CHECK(times_asked(lists, kTestListed) == 2);
  lists.tested(zone_for(Kind::ip4));
  caller.pass(kTestEvery);
  caller.run_tests();
  CHECK(times_asked(lists, kTestListed) == 2);  // Nothing has asked for it since.
  (void)caller.look_up("192.0.2.1");
  caller.run_tests();
  CHECK(only_report(caller).state == ZoneState::usable);
}

TEST_CASE("a zone that is in use is tested every ten minutes and at the end",
          "[blocklists][watch]") {
  Lists lists;
  lists.tested(zone_for(Kind::ip4));
  Caller caller({zone_for(Kind::ip4)}, lists);
  for (int minutes = 0; minutes < 30; ++minutes) {
    (void)caller.look_up("192.0.2.1");
    caller.pass(1min);
    caller.run_tests();
  }
  CHECK(times_asked(lists, kTestListed) == 4);  // At 0, 10, 20 and 30 minutes.
  caller.watch.finish();
  CHECK(caller.watch.quiet());  // Nothing was asked since.
  (void)caller.look_up("192.0.2.1");
  caller.run_tests();
  CHECK(times_asked(lists, kTestListed) == 5);
  CHECK(caller.watch.quiet());
}

TEST_CASE("questions beyond the day's budget are not asked, in this run or the next",
          "[blocklists][watch]") {
  Zone zone = zone_for(Kind::ip4);
  zone.per_day = 100;
  Lists lists;
  lists.tested(zone);
  Caller caller({zone}, lists);
  std::size_t answered = 0;
  for (std::uint32_t i = 0; i < 200; ++i) {
    Listing listing(caller.watch, ipv4(0xc0000200U + i * 256));
    answered += caller.finish(listing).zones[0].verdict == Verdict::not_listed ? 1U : 0U;
  }
  CHECK(answered == 88);  // A tenth is kept for tests; one test has been made.
  CHECK(lists.asked.size() <= 100);
  CHECK(json_of(caller.look_up("198.51.100.1")) ==
        R"([{"zone":"zen","verdict":"unknown","why":"budget"}])");
  CHECK(caller.watch.reports()[0].over_budget == 113);
  CHECK(caller.watch.reports()[0].is_spent);

  Caller next({zone}, lists, *read_spent(write_spent(caller.watch.spent())));
  CHECK(json_of(next.look_up("198.51.100.1")) ==
        R"([{"zone":"zen","verdict":"unknown","why":"budget"}])");
  CHECK(next.watch.reports()[0].is_spent);
  next.pass(24h);
  CHECK_FALSE(next.watch.reports()[0].is_spent);
  CHECK(json_of(next.look_up("198.51.100.1")) == R"([{"zone":"zen","verdict":"not_listed"}])");
}

TEST_CASE("without a budget for the test there are no questions", "[blocklists][watch]") {
  Zone zone = zone_for(Kind::ip4);
  zone.per_day = 100;
  Lists lists;
  lists.tested(zone);
  Caller caller({zone}, lists,
                {.day = std::chrono::sys_days{std::chrono::year{2026} / 11 / 27},
                 .zones = {{.zone = "zen", .questions = 99}}});
  CHECK(json_of(caller.look_up("198.51.100.1")) ==
        R"([{"zone":"zen","verdict":"unknown","why":"budget"}])");
  CHECK(lists.asked.empty());
}

TEST_CASE("questions of a second are spread", "[blocklists][watch]") {
  Zone zone = zone_for(Kind::ip4);
  zone.per_second = 5;
  Lists lists;
  lists.tested(zone);
  Caller caller({zone}, lists);
  const Instant start = caller.now;
  for (std::uint32_t i = 0; i < 48; ++i) {
    Listing listing(caller.watch, ipv4(0xc0000200U + i));
    (void)caller.finish(listing);
  }
  CHECK(lists.asked.size() == 50);
  CHECK(caller.now - start == 9s);  // Five of them at once.
}

TEST_CASE("what the resolver's cache answers costs nothing", "[blocklists][watch]") {
  Zone zone = zone_for(Kind::ip4);
  Lists lists;
  lists.tested(zone);
  lists.change = [](const std::string&, dns::Answer& answer) { answer.ttl = 5min; };
  Caller caller({zone}, lists);
  for (int i = 0; i < 100; ++i) (void)caller.look_up("192.0.2.1");
  CHECK(caller.watch.spent().zones[0].questions == 3);
  caller.pass(5min);
  (void)caller.look_up("192.0.2.1");
  CHECK(caller.watch.spent().zones[0].questions == 4);

  // A resolver that keeps answers for no longer than ten seconds asks the list again.
  Caller fresh({zone}, lists, {}, 10s);
  for (int i = 0; i < 2; ++i) {
    (void)fresh.look_up("192.0.2.1");
    fresh.pass(1min);
  }
  CHECK(fresh.watch.spent().zones[0].questions == 4);
}

TEST_CASE("a list that answers yes to most is suspended for the day", "[blocklists][watch]") {
  Lists lists;
  lists.tested(zone_for(Kind::ip4));
  Caller caller({zone_for(Kind::ip4)}, lists);
  (void)caller.look_up("192.0.2.1");
  // It closes, and the resolvers still have the answers to its test.
  lists.change = [](const std::string& name, dns::Answer& answer) {
    if (name != kTestListed && name != kTestUnlisted) answer = listed_as({"127.0.0.2"});
  };
  std::vector<Listing> listings;
  for (std::uint32_t i = 0; i < 30; ++i) {
    listings.emplace_back(caller.watch, ipv4(0xc6336400U + (i << 8U)));
    dns::Question question;
    if (!listings.back().take_question(question)) continue;
    listings.back().on_answer(question.number, lists.answer(question.name));
  }
  CHECK(only_report(caller).state == ZoneState::suspended);
  CHECK(only_report(caller).fault == "lists_most");
  std::size_t unverified = 0;
  for (Listing& listing : listings) {
    const ListingReport report = caller.finish(listing);
    CHECK(report.zones[0].verdict == Verdict::unknown);
    unverified += report.zones[0].why == "unverified" ? 1U : 0U;
  }
  CHECK(unverified == 20);
  CHECK(only_report(caller).withdrawn == 20);
  caller.pass(kTestEvery);
  CHECK(json_of(caller.look_up("192.0.2.1")) ==
        R"([{"zone":"zen","verdict":"unknown","why":"suspended"}])");
  lists.change = {};
  caller.pass(24h);
  CHECK(json_of(caller.look_up("192.0.2.1")) == R"([{"zone":"zen","verdict":"not_listed"}])");
}

TEST_CASE("many addresses of one network do not suspend a list", "[blocklists][watch]") {
  Lists lists;
  lists.tested(zone_for(Kind::ip4));
  lists.change = [](const std::string& name, dns::Answer& answer) {
    if (name.ends_with(".2.0.192.zen.example")) answer = listed_as({"127.0.0.2"});
  };
  Caller caller({zone_for(Kind::ip4)}, lists);
  for (std::uint32_t i = 1; i < 200; ++i) {
    Listing listing(caller.watch, ipv4(0xc0000200U + i));
    CHECK(caller.finish(listing).zones[0].verdict == Verdict::listed);
  }
  CHECK(only_report(caller).state == ZoneState::usable);
}

TEST_CASE("the zones' state is written as JSON, without a key", "[blocklists][watch]") {
  Zone zone = zone_for(Kind::ip4, "${key}.zen.example");
  zone.key = Secret("s3cret0key");
  Lists lists;
  Caller caller({zone}, lists);
  (void)caller.look_up("192.0.2.1");
  std::string json;
  append_json(caller.watch.reports(), json);
  CHECK(json ==
        R"([{"zone":"zen","kind":"ip4","state":"unusable","fault":"lists_nothing","asked":0,)"
        R"("listed":0,"withdrawn":0,"over_budget":0}])");
  CHECK(findings_of(caller.watch.reports())[0].at == "<key>.zen.example");
}

}  // namespace
}  // namespace mxsweep::blocklists
