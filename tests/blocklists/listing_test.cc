// SPDX-License-Identifier: MIT
#include "mxsweep/blocklists/listing.h"

#include <string>

#include "blocklists/lists.h"
#include "mxsweep/core/random.h"
#include "support/catch.h"

namespace mxsweep::blocklists {
namespace {

using namespace std::chrono_literals;
using dns::LookupStatus;

Zone zen() {
  Zone zone = zone_for(Kind::ip4, "${key}.zen.example");
  zone.kinds.add(Kind::ip6);
  zone.key = Secret("s3cret0key");
  zone.codes = {{0x7f000002, "SBL", Severity::error}, {0x7f00000a, "PBL", Severity::notice}};
  return zone;
}

TEST_CASE("a listing has the codes, their meaning and the configured severity",
          "[blocklists][listing]") {
  Lists lists;
  lists.tested(zen());
  lists.names["1.2.0.192.s3cret0key.zen.example"] = listed_as({"127.0.0.10", "127.0.0.99"});
  lists.names["2.2.0.192.s3cret0key.zen.example"] = listed_as({"127.0.0.10"});
  Caller caller({zen()}, lists);
  const ListingReport report = caller.look_up("192.0.2.1");
  CHECK(json_of(report) ==
        R"([{"zone":"zen","verdict":"listed","codes":["127.0.0.10","127.0.0.99"],)"
        R"("meaning":["PBL"]}])");
  REQUIRE(report.findings().size() == 1);
  CHECK(report.findings()[0] == FindingReport{.finding = CheckFinding::dnsbl_listed,
                                              .at = "1.2.0.192.<key>.zen.example",
                                              .detail = "zen: PBL"});
  const ListingReport policy = caller.look_up("192.0.2.2");
  REQUIRE(policy.findings().size() == 1);
  CHECK(severity_of(policy.findings()[0], MailRole::out) == Severity::notice);
  CHECK(severity_of(policy.findings()[0], MailRole::in) == Severity::info);
}

TEST_CASE("an address is asked of the lists of its family", "[blocklists][listing]") {
  Lists lists;
  lists.tested(zone_for(Kind::ip4)).tested(zone_for(Kind::ip6, "six.example", "six"));
  lists.tested(zone_for(Kind::domain, "dbl.example", "dbl"));
  Caller caller({zone_for(Kind::ip4), zone_for(Kind::ip6, "six.example", "six"),
                 zone_for(Kind::domain, "dbl.example", "dbl")},
                lists);
  CHECK(json_of(caller.look_up("192.0.2.1")) == R"([{"zone":"zen","verdict":"not_listed"}])");
  CHECK(json_of(caller.look_up("::ffff:192.0.2.1")) ==
        R"([{"zone":"zen","verdict":"not_listed"}])");
  CHECK(json_of(caller.look_up("2001:db8::1")) == R"([{"zone":"six","verdict":"not_listed"}])");
  CHECK(json_of(caller.look_up_domain("example.org")) ==
        R"([{"zone":"dbl","verdict":"not_listed"}])");
  Caller none({}, lists);
  CHECK(json_of(none.look_up("192.0.2.1")) == "[]");
}

TEST_CASE("an error code is a query error with its reason", "[blocklists][listing]") {
  Lists lists;
  lists.tested(zone_for(Kind::ip4));
  lists.names["1.2.0.192.zen.example"] = listed_as({"127.255.255.254"});
  lists.names["2.2.0.192.zen.example"] = failed_as(LookupStatus::servfail);
  Caller caller({zone_for(Kind::ip4)}, lists);
  const ListingReport report = caller.look_up("192.0.2.1");
  CHECK(json_of(report) == R"([{"zone":"zen","verdict":"query_error.open_resolver"}])");
  REQUIRE(report.findings().size() == 1);
  CHECK(report.findings()[0].finding == CheckFinding::dnsbl_query_error);
  CHECK(report.findings()[0].detail == "zen: open_resolver");
  CHECK(json_of(caller.look_up("192.0.2.2")) ==
        R"([{"zone":"zen","verdict":"unknown","why":"servfail"}])");
}

TEST_CASE("a domain that is too long for a list is not asked for", "[blocklists][listing]") {
  Lists lists;
  lists.tested(zone_for(Kind::domain));
  Caller caller({zone_for(Kind::domain)}, lists);
  const std::string label(63, 'a');
  CHECK(json_of(caller.look_up_domain(label + '.' + label + '.' + label + ".example.org")) ==
        R"([{"zone":"zen","verdict":"not_listed"}])");
  CHECK(json_of(caller.look_up_domain(label + '.' + label + '.' + label + '.' +
                                      std::string(60, 'b'))) ==
        R"([{"zone":"zen","verdict":"unknown","why":"too_long"}])");
}

TEST_CASE("a listing waits for the test that follows it", "[blocklists][listing]") {
  Lists lists;
  lists.tested(zone_for(Kind::ip4));
  lists.names["1.2.0.192.zen.example"] = listed_as({"127.0.0.2"});
  Caller caller({zone_for(Kind::ip4)}, lists);
  Listing listing(caller.watch, at("192.0.2.1"));
  while (caller.turn(listing)) {
  }
  CHECK_FALSE(listing.done());
  CHECK(caller.watch.next_time() == caller.now + kConfirmAfter);

  SECTION("it passes") { CHECK(caller.finish(listing).zones[0].verdict == Verdict::listed); }
  SECTION("the list has closed") {
    lists.change = [](const std::string&, dns::Answer& answer) {
      answer = listed_as({"127.0.0.2"});
    };
    const ListingReport report = caller.finish(listing);
    CHECK(json_of(report) == R"([{"zone":"zen","verdict":"unknown","why":"unverified"}])");
    REQUIRE(report.findings().size() == 1);
    CHECK(report.findings()[0].finding == CheckFinding::dnsbl_unverified);
    CHECK(caller.watch.reports()[0].withdrawn == 1);
  }
  SECTION("it has no answer") {
    lists.change = [](const std::string&, dns::Answer& answer) {
      answer = failed_as(LookupStatus::timeout);
    };
    CHECK(json_of(caller.finish(listing)) ==
          R"([{"zone":"zen","verdict":"unknown","why":"unverified"}])");
  }
  SECTION("at the end of a sweep it does not wait") {
    const Instant before = caller.now;
    caller.watch.finish();
    CHECK(caller.finish(listing).zones[0].verdict == Verdict::listed);
    CHECK(caller.now == before);
    CHECK(caller.watch.quiet());
  }
}

TEST_CASE("an absence that is doubted waits for the test that follows it",
          "[blocklists][listing]") {
  Lists lists;
  lists.tested(zone_for(Kind::ip4));
  Caller caller({zone_for(Kind::ip4)}, lists);
  Listing listing(caller.watch, at("192.0.2.1"), true);
  while (caller.turn(listing)) {
  }
  CHECK_FALSE(listing.done());
  CHECK(caller.watch.next_time() == caller.now + kConfirmAfter);

  SECTION("it passes") {
    CHECK(json_of(caller.finish(listing)) == R"([{"zone":"zen","verdict":"not_listed"}])");
  }
  SECTION("the list has closed, and lists nothing any more") {
    lists.names.clear();
    const ListingReport report = caller.finish(listing);
    CHECK(json_of(report) == R"([{"zone":"zen","verdict":"unknown","why":"unverified"}])");
    CHECK_FALSE(report.zones[0].answered());
    CHECK(report.findings().empty());
  }
  // No listing was withdrawn.
  CHECK(caller.watch.reports()[0].listed == 0);
  CHECK(caller.watch.reports()[0].withdrawn == 0);
}

TEST_CASE("a listing that is read during a test that fails is withdrawn", "[blocklists][listing]") {
  Lists lists;
  lists.tested(zone_for(Kind::ip4));
  lists.names["1.2.0.192.zen.example"] = listed_as({"127.0.0.2"});
  Caller caller({zone_for(Kind::ip4)}, lists);
  (void)caller.look_up("192.0.2.7");
  Listing early(caller.watch, at("192.0.2.1"));
  Listing late(caller.watch, at("192.0.2.1"));
  dns::Question of_early;
  dns::Question of_late;
  REQUIRE(early.take_question(of_early));
  REQUIRE(late.take_question(of_late));
  caller.pass(kTestEvery);
  dns::Question test;
  REQUIRE(caller.watch.take_question(test));
  early.on_answer(of_early.number, lists.answer(of_early.name));
  caller.watch.on_answer(test.number, failed_as(LookupStatus::nxdomain));
  REQUIRE(caller.watch.take_question(test));
  caller.watch.on_answer(test.number, failed_as(LookupStatus::nxdomain));
  late.on_answer(of_late.number, lists.answer(of_late.name));
  for (Listing* listing : {&early, &late}) {
    CHECK(json_of(caller.finish(*listing)) ==
          R"([{"zone":"zen","verdict":"unknown","why":"unverified"}])");
  }
}

// What goes wrong may only make less known.
TEST_CASE("failures at random never change a verdict into another", "[blocklists][listing]") {
  const Zone zones[] = {zone_for(Kind::ip4), zone_for(Kind::ip4, "own.example", "own")};
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    Lists lists;
    for (const Zone& zone : zones) {
      lists.tested(zone);
      lists.names[query_name(zone, at("192.0.2.1"))] = listed_as({"127.0.0.2"});
    }
    lists.change = [&](const std::string&, dns::Answer& answer) {
      if (random.below(4) != 0) return;
      constexpr LookupStatus kTroubles[] = {LookupStatus::servfail, LookupStatus::timeout,
                                            LookupStatus::refused, LookupStatus::malformed};
      answer = failed_as(kTroubles[random.below(4)]);
    };
    Caller caller({zones[0], zones[1]}, lists);
    for (int round = 0; round < 8; ++round) {
      for (const std::string_view address : {"192.0.2.1", "192.0.2.2"}) {
        const Verdict truth = address == "192.0.2.1" ? Verdict::listed : Verdict::not_listed;
        for (const ZoneResult& result : caller.look_up(address).zones) {
          CHECK((result.verdict == truth || result.verdict == Verdict::unknown));
        }
      }
      caller.pass(2min);
    }
    caller.watch.finish();
    while (!caller.watch.quiet()) caller.run_tests();
  }
}

}  // namespace
}  // namespace mxsweep::blocklists
