// SPDX-License-Identifier: MIT
// A survey with a policy to fetch. What the other checks say is tested in their rooms.
#include "mxsweep/checks/survey.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "policy/answers.h"
#include "support/catch.h"

namespace mxsweep::checks {
namespace {

using policy::samples::AnswersOfTest;

AnswersOfTest zone() {
  AnswersOfTest answers;
  answers.mx("example.net", "mx.example.net")
      .txt("_mta-sts.example.net", {"v=STSv1; id=7"})
      .address("mta-sts.example.net", "192.0.2.80");
  return answers;
}

// A survey of example.net, whose server is mx.example.net.
struct Surveyed {
  explicit Surveyed(AnswersOfTest its_answers, Options options = {})
      : answers(std::move(its_answers)) {
    options.mta_sts = options.http = true;
    survey.emplace(std::make_shared<const Options>(options), targets::Target(), "example.net");
  }

  // Answers every question that there is, the last one first.
  void answer_all() {
    std::vector<dns::Question> open;
    do {
      for (dns::Question question; survey->take_question(question);) open.push_back(question);
      if (open.empty()) return;
      survey->on_answer(open.back().number, answers.answer(open.back().name, open.back().type));
      asked.push_back(open.back().name);
      open.pop_back();
    } while (true);
  }
  void lead_to_server() {
    std::vector<names::Destination> servers(1);
    servers.front().host = "mx.example.net";
    servers.front().address = ipv4(0xc0000219);
    survey->on_destinations(servers);
    answer_all();
  }
  std::optional<fetch::Request> request() {
    fetch::Request request;
    if (!survey->take_request(request)) return std::nullopt;
    return request;
  }
  void fetch(std::string mode, fetch::FetchOutcome outcome = fetch::FetchOutcome::ok) {
    fetch::Fetched fetched;
    fetched.outcome = outcome;
    if (outcome == fetch::FetchOutcome::ok) {
      fetched.status = 200;
      fetched.content_type = "text/plain";
      fetched.body = "version: STSv1\nmode: " + mode + "\nmax_age: 604800\nmx: mx.example.net\n";
    }
    survey->on_fetched(std::move(fetched));
    answer_all();
  }
  // The object of the domain, once visits have shown these many valid and invalid certificates.
  [[nodiscard]] std::string domain(std::uint32_t valid = 0, std::uint32_t invalid = 0) const {
    results::DomainLine line;
    line.hosts.emplace_back().name = "mx.example.net";
    line.hosts.back().totals.certificate_yes = valid;
    line.hosts.back().totals.certificate_no = invalid;
    std::string json;
    survey->append_domain(line, json);
    return json;
  }

  AnswersOfTest answers;
  std::vector<std::string> asked;
  std::optional<Survey> survey;
};

bool has(const std::string& json, std::string_view part) {
  return json.find(part) != std::string::npos;
}

TEST_CASE("a survey waits for the policy, whatever ends first", "[checks][survey]") {
  for (const bool server_first : {true, false}) {
    CAPTURE(server_first);
    Surveyed surveyed(zone());
    CHECK_FALSE(surveyed.request());
    if (server_first) surveyed.lead_to_server();
    surveyed.answer_all();
    const auto request = surveyed.request();
    REQUIRE(request);
    CHECK(request->host == "mta-sts.example.net");
    CHECK(request->addresses == std::vector<Address>{ipv4(0xc0000250)});
    CHECK_FALSE(surveyed.request());
    CHECK_FALSE(surveyed.survey->done());
    surveyed.fetch("enforce");
    CHECK(surveyed.survey->done() == server_first);
    if (!server_first) surveyed.lead_to_server();
    REQUIRE(surveyed.survey->done());
    CHECK_FALSE(surveyed.request());
    CHECK(has(surveyed.domain(), R"("covers":"all","fetch":{"outcome":"ok","status":200)"));
    CHECK(has(surveyed.domain(), R"("findings":[])"));
    CHECK(surveyed.survey->octets_held() > sizeof(Survey));
  }
}

TEST_CASE("a survey whose policy never comes is never done, and can be given up",
          "[checks][survey]") {
  Surveyed surveyed(zone());
  surveyed.lead_to_server();
  REQUIRE(surveyed.request());
  surveyed.answer_all();
  CHECK_FALSE(surveyed.survey->done());
}

TEST_CASE("a fetch that is lost on this machine says nothing of the policy", "[checks][survey]") {
  Surveyed surveyed(zone());
  surveyed.lead_to_server();
  REQUIRE(surveyed.request());
  surveyed.fetch("", fetch::FetchOutcome::local);
  REQUIRE(surveyed.survey->done());
  CHECK(has(surveyed.domain(), R"("present":"yes","verdict":"temperror")"));
  CHECK(has(surveyed.domain(), R"("fetch":{"outcome":"local")"));
  CHECK(has(surveyed.domain(), R"("findings":[])"));
}

TEST_CASE("nothing is fetched without a record, or without an address", "[checks][survey]") {
  Surveyed none(AnswersOfTest().mx("example.net", "mx.example.net"));
  none.lead_to_server();
  REQUIRE(none.survey->done());
  CHECK(none.asked == std::vector<std::string>{"_mta-sts.example.net", "example.net"});
  for (const dns::LookupStatus status :
       {dns::LookupStatus::nxdomain, dns::LookupStatus::servfail}) {
    Surveyed lacking(zone().fails("mta-sts.example.net", dns::Type::a, status));
    lacking.lead_to_server();
    CHECK_FALSE(lacking.request());
    REQUIRE(lacking.survey->done());
    const bool known = status == dns::LookupStatus::nxdomain;
    CHECK(has(lacking.domain(), known ? "\"unreachable\"" : "\"unresolved\""));
    CHECK(has(lacking.domain(), "mta_sts.unreachable") == known);
  }
}

TEST_CASE("only the families that may be used are asked for", "[checks][survey]") {
  Surveyed surveyed(zone(), {.ipv6 = false});
  surveyed.lead_to_server();
  CHECK(std::ranges::count(surveyed.asked, "mta-sts.example.net") == 1);
  CHECK(surveyed.request());
}

TEST_CASE("a policy is held against the certificates that visits have seen", "[checks][survey]") {
  Surveyed surveyed(zone());
  surveyed.lead_to_server();
  REQUIRE(surveyed.request());
  surveyed.fetch("enforce");
  REQUIRE(surveyed.survey->done());
  CHECK(has(surveyed.domain(2, 0), R"("findings":[])"));
  // One address with a certificate that does not count loses mail.
  for (const std::string& json : {surveyed.domain(0, 1), surveyed.domain(1, 1)})
    CHECK(has(json, R"("id":"mta_sts.certificate","severity":"error")"));
}

}  // namespace
}  // namespace mxsweep::checks
