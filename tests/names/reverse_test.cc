// SPDX-License-Identifier: MIT
#include "mxsweep/names/reverse.h"

#include <functional>
#include <string>
#include <vector>

#include "mxsweep/core/random.h"
#include "support/catch.h"

namespace mxsweep::names {
namespace {

using dns::LookupStatus;

Address address_of(std::string_view text) { return *parse_address(text); }

dns::Answer with_names(std::vector<std::string> names) {
  return {.status = LookupStatus::found, .data = std::move(names)};
}
dns::Answer with_address(std::string_view text) {
  return {.status = LookupStatus::found, .addresses = {address_of(text)}};
}
dns::Answer without(LookupStatus status) { return {.status = status}; }

using Answers = std::function<dns::Answer(const dns::Question&)>;

ReverseReport reverse_of(std::string_view address, const Answers& answers) {
  Reverse reverse(address_of(address));
  std::vector<dns::Question> open;
  while (!reverse.done()) {
    for (dns::Question question; reverse.take_question(question);) open.push_back(question);
    REQUIRE_FALSE(open.empty());
    const dns::Question last = open.back();
    open.pop_back();
    reverse.on_answer(last.number, answers(last));
  }
  return reverse.report();
}

ReverseReport reverse_with(std::string_view name, const dns::Answer& forward) {
  return reverse_of("192.0.2.10", [&](const dns::Question& question) {
    return question.type == dns::Type::ptr ? with_names({std::string(name)}) : forward;
  });
}

std::vector<CheckFinding> kinds_of(const FindingReports& findings) {
  std::vector<CheckFinding> kinds;
  for (const FindingReport& each : findings) kinds.push_back(each.finding);
  return kinds;
}

std::vector<CheckFinding> hello_findings(std::string_view hello, std::string_view host = {}) {
  const ReverseReport report = reverse_with("mx1.example.net", with_address("192.0.2.10"));
  FindingReports findings;
  add_hello_findings(report, hello, host, findings);
  add_hello_findings(report, hello, host, findings);
  return kinds_of(findings);
}

TEST_CASE("a name of the address that has the address passes", "[names][reverse]") {
  const ReverseReport report = reverse_with("mx1.example.net", with_address("192.0.2.10"));
  CHECK(report.verdict == ReverseVerdict::pass);
  CHECK(report.findings.empty());
  std::string json;
  append_json(report, json);
  CHECK(json == R"({"ptr":["mx1.example.net"],"verdict":"pass"})");
}

TEST_CASE("names that have other addresses fail, after a second opinion", "[names][reverse]") {
  const ReverseReport report = reverse_with("mx1.example.net", with_address("192.0.2.99"));
  CHECK(report.verdict == ReverseVerdict::fail);
  CHECK(kinds_of(report.findings) == std::vector{CheckFinding::rdns_fail});
}

TEST_CASE("the second opinion may find the name", "[names][reverse]") {
  const ReverseReport report = reverse_of("2001:db8::1", [](const dns::Question& question) {
    if (question.checking == dns::Checking::enabled) return without(LookupStatus::nxdomain);
    if (question.type == dns::Type::ptr) return with_names({"mx1.example.net"});
    CHECK(question.type == dns::Type::aaaa);
    return with_address("2001:db8::1");
  });
  CHECK(report.verdict == ReverseVerdict::pass);
}

TEST_CASE("an address without a name has none, if two answers say so", "[names][reverse]") {
  const ReverseReport report = reverse_of(
      "192.0.2.10", [](const dns::Question&) { return without(LookupStatus::nxdomain); });
  CHECK(report.verdict == ReverseVerdict::none);
  CHECK(kinds_of(report.findings) == std::vector{CheckFinding::rdns_none});
  std::string json;
  append_json(report, json);
  CHECK(json == R"({"verdict":"none"})");
}

TEST_CASE("trouble of DNS is neither fail nor none", "[names][reverse]") {
  for (const LookupStatus status : {LookupStatus::servfail, LookupStatus::timeout,
                                    LookupStatus::alias_loop, LookupStatus::refused}) {
    CHECK(reverse_with("mx1.example.net", without(status)).verdict == ReverseVerdict::temperror);
    const auto broken = [&](const dns::Question&) { return without(status); };
    CHECK(reverse_of("192.0.2.10", broken).verdict == ReverseVerdict::temperror);
  }
}

TEST_CASE("ten names are looked at", "[names][reverse]") {
  std::vector<std::string> names;
  for (int i = 0; i < 30; ++i) names.push_back("mx" + std::to_string(i) + ".example.net");
  std::size_t questions = 0;
  const ReverseReport report = reverse_of("192.0.2.10", [&](const dns::Question& question) {
    ++questions;
    if (question.type == dns::Type::ptr) return with_names(names);
    return without(LookupStatus::nxdomain);
  });
  CHECK(report.verdict == ReverseVerdict::fail);
  CHECK(questions == 22);
}

TEST_CASE("names of customers' lines are generic", "[names][reverse]") {
  const Address address = address_of("192.0.2.10");
  CHECK(is_generic_name("192-0-2-10.example.net", address));
  CHECK(is_generic_name("host10.2.0.192.example.net", address));
  CHECK(is_generic_name("ip-192-000-002-010.example.net", address));
  CHECK(is_generic_name("a.dsl.example.net", address));
  CHECK(is_generic_name("pool-7.example.net", address));
  CHECK_FALSE(is_generic_name("mx1.example.net", address));
  CHECK_FALSE(is_generic_name("mail.customer.io", address));
  CHECK_FALSE(is_generic_name("carpool.example.net", address));
  CHECK_FALSE(is_generic_name("localhost", address));
  const ReverseReport report = reverse_with("pool-7.example.net", with_address("192.0.2.10"));
  CHECK(report.verdict == ReverseVerdict::pass);
  CHECK(kinds_of(report.findings) == std::vector{CheckFinding::rdns_generic});
}

TEST_CASE("the name of a greeting is held against those of the address", "[names][reverse]") {
  CHECK(hello_findings("").empty());
  CHECK(hello_findings("MX1.example.net.").empty());
  CHECK(hello_findings("mx2.example.net") == std::vector{CheckFinding::rdns_hello_not_ptr});
  for (const std::string_view hello :
       {"localhost", "mx1", "[192.0.2.10]", "192.0.2.10", "localhost.localdomain", "my host"}) {
    CAPTURE(hello);
    CHECK(hello_findings(hello) == std::vector{CheckFinding::rdns_hello_not_fqdn});
  }
  FindingReports findings;
  add_hello_findings(reverse_with("mx1.example.net", with_address("192.0.2.99")), "mx1.example.net",
                     "", findings);
  CHECK(kinds_of(findings) == std::vector{CheckFinding::rdns_hello_elsewhere});
}

TEST_CASE("failures at random never change the verdict of an address into another",
          "[names][reverse]") {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Random random(seed);
    const bool passes = seed % 2 == 0;
    const ReverseReport report = reverse_of("192.0.2.10", [&](const dns::Question& question) {
      if (random.below(4) == 0) return without(LookupStatus::servfail);
      if (question.type == dns::Type::ptr) return with_names({"a.example", "b.example"});
      return with_address(passes ? "192.0.2.10" : "192.0.2.11");
    });
    const ReverseVerdict truth = passes ? ReverseVerdict::pass : ReverseVerdict::fail;
    CHECK((report.verdict == truth || report.verdict == ReverseVerdict::temperror));
  }
}

}  // namespace
}  // namespace mxsweep::names
