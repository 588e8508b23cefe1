// SPDX-License-Identifier: MIT
// A survey: what it waits for, and what it writes where. What the checks say is tested in their
// rooms.
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
      dns::Answer answer = answers.answer(open.back().name, open.back().type);
      answer.authentic = authentic;
      survey->on_answer(open.back().number, answer);
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
  bool authentic = false;
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

Options all_by_dns(bool visits) {
  return {.spf = true,
          .dmarc = true,
          .tls_rpt = true,
          .dane = true,
          .names = true,
          .dnssec = true,
          .selectors = {"s1"},
          .validates = true,
          .visits = visits};
}

// Without a record of MTA-STS, so that there is nothing to fetch.
struct AllAnswered : Surveyed {
  explicit AllAnswered(bool visits, bool its_authentic = false)
      : Surveyed(AnswersOfTest()
                     .mx("example.net", "mx.example.net")
                     .address("mx.example.net", "192.0.2.25")
                     .txt("example.net", {"v=spf1 mx -all"})
                     .txt("_dmarc.example.net", {"v=DMARC1; p=none"})
                     .txt("s1._domainkey.example.net", {"v=DKIM1; p="}),
                 all_by_dns(visits)) {
    authentic = its_authentic;
    lead_to_server();
    REQUIRE(survey->done());
  }
};

results::Record visited_record() {
  results::Record record;
  record.mx_host = "mx.example.net";
  record.ip = ipv4(0xc0000219);
  record.replies[Phase::greeting] = {.code = 220, .octets = "220 mx.example.net ESMTP\r\n"};
  return record;
}

TEST_CASE("what concerns a server is in its record, and what concerns the domain in its line",
          "[checks][survey]") {
  const AllAnswered surveyed(/*visits=*/true);
  std::string server;
  surveyed.survey->append_server(visited_record(), server);
  CHECK(has(server, R"({"rdns":{"verdict":"none"},"dane":{"verdict":"insecure")"));
  CHECK(has(server, R"("findings":[{"id":"rdns.none")"));
  const std::string domain = surveyed.domain();
  for (const char* member :
       {"spf", "dmarc", "dkim", "mta_sts", "tls_rpt", "dnssec", "redundancy"}) {
    CHECK(has(domain, '"' + std::string(member) + "\":"));
  }
  CHECK_FALSE(has(domain, "servers"));
  CHECK_FALSE(has(domain, "ipv6\":{"));

  // With validated answers, DNSSEC of the host as well.
  const AllAnswered validated(/*visits=*/true, /*authentic=*/true);
  server.clear();
  validated.survey->append_server(visited_record(), server);
  CHECK(has(server, R"("dnssec":{"host":"secure"},"dane":{"verdict":"none")"));

  // A server that was not led to has no checks.
  results::Record other = visited_record();
  other.mx_host = "other.example.net";
  server.clear();
  surveyed.survey->append_server(other, server);
  CHECK(server.empty());
}

TEST_CASE("without visits the servers are in the line of the domain", "[checks][survey]") {
  const AllAnswered surveyed(/*visits=*/false);
  CHECK(has(surveyed.domain(),
            R"("servers":[{"host":"mx.example.net","ip":"192.0.2.25","checks":{"rdns":)"));
}

TEST_CASE("the line of a domain says how many servers answered over IPv6", "[checks][survey]") {
  const AllAnswered surveyed(/*visits=*/true);
  results::DomainLine line;
  line.totals.ipv6_visited = 2;
  line.totals.ipv6_answered = 1;
  std::string json;
  surveyed.survey->append_domain(line, json);
  CHECK(has(json, R"("ipv6":{"visited":2,"answered":1})"));
}

TEST_CASE("each check tells whether DNS has answered all of it", "[checks][survey]") {
  Surveyed failing(AnswersOfTest()
                       .mx("example.net", "mx.example.net")
                       .address("mx.example.net", "192.0.2.25")
                       .fails("_dmarc.example.net", dns::Type::txt, dns::LookupStatus::timeout),
                   all_by_dns(/*visits=*/false));
  failing.lead_to_server();
  REQUIRE(failing.survey->done());
  std::vector<std::string> checks;
  for (const Checked& checked : failing.survey->checked()) {
    checks.push_back(checked.check);
    CHECK(checked.answered == (checked.check != "dmarc"));
  }
  CHECK(checks == std::vector<std::string>{"spf", "dmarc", "dkim", "mta_sts", "tls_rpt", "dnssec",
                                           "names 192.0.2.25", "dane mx.example.net 192.0.2.25"});
  CHECK(failing.survey->checked(visited_record()).size() == 2);
}

TEST_CASE("a policy that could not be fetched leaves open what it says", "[checks][survey]") {
  using fetch::FetchOutcome;
  const auto answered = [](FetchOutcome outcome) {
    Surveyed surveyed(zone());
    surveyed.lead_to_server();
    REQUIRE(surveyed.request());
    surveyed.fetch("enforce", outcome);
    const std::vector<Checked> all = surveyed.survey->checked();
    const auto check = std::ranges::find(all, "mta_sts", &Checked::check);
    REQUIRE(check != all.end());
    return check->answered;
  };
  for (const FetchOutcome known :
       {FetchOutcome::ok, FetchOutcome::http_status, FetchOutcome::redirect, FetchOutcome::tls}) {
    CHECK(answered(known));
  }
  for (const FetchOutcome unknown : {FetchOutcome::refused, FetchOutcome::local,
                                     FetchOutcome::timeout, FetchOutcome::unreachable}) {
    CHECK_FALSE(answered(unknown));
  }
}

TEST_CASE("beyond the limit of questions a survey ends and says so", "[checks][survey]") {
  Options few = all_by_dns(/*visits=*/false);
  few.questions_max = 3;
  Surveyed surveyed(AnswersOfTest().mx("example.net", "mx.example.net"), few);
  surveyed.answer_all();
  surveyed.survey->on_destinations({});
  surveyed.answer_all();
  REQUIRE(surveyed.survey->done());
  CHECK(has(surveyed.domain(), R"("cut":true)"));
}

TEST_CASE("a host has no domain's checks", "[checks][survey]") {
  Survey survey(std::make_shared<const Options>(all_by_dns(/*visits=*/true)), targets::Target(),
                "");
  std::vector<names::Destination> servers(1);
  servers.front().address = ipv4(0xc0000219);
  survey.on_destinations(servers);
  std::vector<std::string> asked;
  for (dns::Question question; survey.take_question(question);) {
    asked.push_back(question.name);
    survey.on_answer(question.number, AnswersOfTest().answer(question.name, question.type));
  }
  REQUIRE(survey.done());
  CHECK(std::ranges::count(asked, "25.2.0.192.in-addr.arpa") == std::ssize(asked));
  CHECK(survey.octets_held() > sizeof survey);
}

}  // namespace
}  // namespace mxsweep::checks
