// SPDX-License-Identifier: MIT
#include "mxsweep/checks/blocklists.h"

#include <memory>
#include <string>
#include <vector>

#include "blocklists/lists.h"
#include "mxsweep/checks/survey.h"
#include "support/catch.h"

namespace mxsweep::checks {
namespace {

using namespace std::chrono_literals;
using blocklists::DaySpent;
using blocklists::Kind;
using blocklists::listed_as;
using blocklists::Zone;
using blocklists::zone_for;

constexpr WallTime kDay = std::chrono::sys_days{std::chrono::year{2026} / 11 / 27};

// Surveys with blocklists alone, and a resolver that answers as the lists do.
struct Round {
  blocklists::Lists lists{};
  std::vector<DaySpent> kept{};
  std::shared_ptr<Options> options = std::make_shared<Options>();
  Instant now{100h};
  WallTime wall = kDay;

  explicit Round(const std::vector<Zone>& zones) {
    for (const Zone& zone : zones) lists.tested(zone);
    options->visits = false;
    options->blocklists =
        std::make_shared<Blocklists>(zones, DaySpent(), blocklists::kCachedMost,
                                     [this](const DaySpent& spent) { kept.push_back(spent); });
    options->blocklists->on_time(now, wall);
  }

  std::unique_ptr<Survey> survey(const std::string& domain,
                                 std::initializer_list<std::string_view> addresses) {
    targets::Target target;
    target.set_words(domain, "", "");
    target.port = 25;
    std::vector<names::Destination> destinations;
    for (const std::string_view each : addresses) {
      names::Destination& to = destinations.emplace_back();
      to.host = "mx.test";
      to.address = blocklists::at(each);
    }
    auto made = std::make_unique<Survey>(options, target, domain);
    made->on_destinations(destinations);
    return made;
  }

  void pass(Duration span) {
    now += span;
    wall += std::chrono::duration_cast<std::chrono::microseconds>(span);
    options->blocklists->on_time(now, wall);
  }
  void run_tests() {
    Blocklists& shared = *options->blocklists;
    for (dns::Question question; shared.take_question(question);) {
      shared.on_answer(question.number, lists.answer(question.name));
    }
  }
  // What can be done now: a survey is woken once.
  void turn(Survey& survey) {
    run_tests();
    survey.wake();
    for (dns::Question question; survey.take_question(question);) {
      survey.on_answer(question.number, lists.answer(question.name));
    }
    run_tests();
  }
  std::string finish(Survey& survey) {
    for (int turns = 0; !survey.done(); ++turns) {
      REQUIRE(turns < 100);
      turn(survey);
      if (!survey.done()) pass(1s);
    }
    std::string json;
    survey.append_domain({}, json);
    return json;
  }
};

}  // namespace

TEST_CASE("a survey has what the lists have on its domain and on each server",
          "[checks][blocklists]") {
  Zone own = zone_for(Kind::ip4, "own.example", "own");
  own.codes = {{.address = 0x7f00000a, .word = "PBL", .severity = Severity::warn}};
  Round round({own, zone_for(Kind::domain, "dbl.example", "dbl")});
  round.lists.names["1.2.0.192.own.example"] = listed_as({"127.0.0.10"});
  round.lists.names["bad.test.dbl.example"] = listed_as({"127.0.1.2"});
  const std::unique_ptr<Survey> survey =
      round.survey("bad.test", {"192.0.2.1", "198.51.100.1", "2001:db8::1"});
  CHECK(round.finish(*survey) ==
        R"({"dnsbl":[{"zone":"dbl","verdict":"listed","codes":["127.0.1.2"]}],)"
        R"("servers":[{"host":"mx.test","ip":"192.0.2.1","checks":{"dnsbl":[{"zone":"own",)"
        R"("verdict":"listed","codes":["127.0.0.10"],"meaning":["PBL"]}],"findings":[{"id":)"
        R"("dnsbl.listed","severity":"warn","at":"1.2.0.192.own.example","detail":"own: PBL",)"
        R"("ref":"RFC 5782, 2.1"}]}},{"host":"mx.test","ip":"198.51.100.1","checks":{"dnsbl":[)"
        R"({"zone":"own","verdict":"not_listed"}],"findings":[]}},)"
        R"({"host":"mx.test","ip":"2001:db8::1"}],)"
        R"("findings":[{"id":"dnsbl.listed","severity":"error","at":"bad.test.dbl.example",)"
        R"("detail":"dbl","ref":"RFC 5782, 2.1"}]})");
  CHECK(survey->octets_held() > 0);
}

TEST_CASE("a survey waits for the test of a list, and for the test after a listing",
          "[checks][blocklists]") {
  const Zone zone = zone_for(Kind::ip4);
  Round round({zone});
  round.lists.names["1.2.0.192.zen.example"] = listed_as({"127.0.0.2"});
  const std::unique_ptr<Survey> survey = round.survey("a.test", {"192.0.2.1"});
  dns::Question question;
  CHECK(survey->take_question(question));  // That of the MX records.
  survey->on_answer(question.number, {.status = dns::LookupStatus::no_data});
  CHECK_FALSE(survey->take_question(question));
  round.run_tests();
  CHECK_FALSE(survey->take_question(question));  // It is not woken yet.
  survey->wake();
  REQUIRE(survey->take_question(question));
  survey->on_answer(question.number, round.lists.answer(question.name));
  CHECK_FALSE(survey->take_question(question));
  CHECK_FALSE(survey->done());
  round.lists.names.erase("2.0.0.127.zen.example");  // The list has closed.
  round.pass(blocklists::kConfirmAfter);
  round.turn(*survey);
  round.turn(*survey);
  REQUIRE(survey->done());
  std::string json;
  survey->append_domain({}, json);
  CHECK(json.find(R"("verdict":"unknown","why":"unverified")") != std::string::npos);
  CHECK(json.find("dnsbl.unverified") != std::string::npos);
  CHECK(json.find("dnsbl.listed") == std::string::npos);
}

TEST_CASE("each list is a check of its own, which a list that has closed does not answer",
          "[checks][blocklists]") {
  Round round({zone_for(Kind::ip4), zone_for(Kind::ip4, "own.example", "own"),
               zone_for(Kind::domain, "dbl.example", "dbl")});
  round.lists.names["1.2.0.192.own.example"] = listed_as({"127.0.0.2"});
  round.lists.names.erase("2.0.0.127.zen.example");
  const std::unique_ptr<Survey> survey = round.survey("a.test", {"192.0.2.1"});
  round.finish(*survey);
  const std::vector<Checked> all = survey->checked();
  REQUIRE(all.size() == 3);
  CHECK(all[0].check == "dnsbl dbl");
  CHECK(all[0].answered);
  CHECK(all[1].check == "dnsbl zen 192.0.2.1");
  CHECK_FALSE(all[1].answered);
  CHECK(all[2].check == "dnsbl own 192.0.2.1");
  CHECK(all[2].answered);
  REQUIRE(all[2].findings.size() == 1);
  CHECK(all[2].findings[0].finding == CheckFinding::dnsbl_listed);
}

TEST_CASE("a server that is left out for its address is not asked about", "[checks][blocklists]") {
  Round round({zone_for(Kind::ip4)});
  const std::unique_ptr<Survey> survey = round.survey("a.test", {});
  names::Destination private_one;
  private_one.host = "mx.test";
  private_one.address = blocklists::at("10.0.0.1");
  private_one.error = Cause::excluded_private;
  survey->on_destinations({private_one});
  round.finish(*survey);
  CHECK(round.lists.asked == std::vector<std::string>{"a.test"});
}

TEST_CASE("the count is kept from time to time while it changes", "[checks][blocklists]") {
  Round round({zone_for(Kind::ip4)});
  const std::size_t at_first = round.kept.size();  // The day is new.
  round.pass(kKeepEvery);
  CHECK(round.kept.size() == at_first);
  const std::unique_ptr<Survey> survey = round.survey("a.test", {"192.0.2.1"});
  round.finish(*survey);
  round.pass(kKeepEvery);
  const std::size_t at_last = round.kept.size();
  CHECK(at_last > at_first);
  REQUIRE_FALSE(round.kept.empty());
  CHECK(round.kept.back() == DaySpent{.day = std::chrono::floor<std::chrono::days>(kDay),
                                      .zones = {{.zone = "zen", .questions = 3}}});
  round.pass(kKeepEvery);
  CHECK(round.kept.size() == at_last);
}

}  // namespace mxsweep::checks
