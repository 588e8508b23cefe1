// SPDX-License-Identifier: MIT
#include "mxsweep/dane/redundancy.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/dane/validation.h"
#include "support/catch.h"

namespace mxsweep::dane {
namespace {

MxHost mx_host(std::string name, std::initializer_list<std::string_view> texts) {
  MxHost host{std::move(name), {}, true, true};
  for (const std::string_view text : texts) host.addresses.push_back(*parse_address(text));
  return host;
}

std::string words(const FindingReports& findings) {
  std::string text;
  for (const FindingReport& one : findings) {
    CHECK(one.at == "example.org");
    text.append(text.empty() ? "" : " ").append(to_string(one.finding));
  }
  return text;
}

std::string findings_of(const std::vector<MxHost>& hosts) {
  return words(redundancy("example.org", hosts).findings);
}

}  // namespace

TEST_CASE("hosts, addresses and networks are counted once each", "[dane][redundancy]") {
  const RedundancyReport report = redundancy(
      "example.org",
      std::vector{mx_host("mx1.example.net", {"192.0.2.1", "192.0.2.9", "2001:db8:1::1"}),
                  mx_host("mx2.example.net", {"198.51.100.1", "192.0.2.1", "2001:db8:1:2::1"}),
                  mx_host("mx2.example.net", {"198.51.100.1"})});
  std::string out;
  append_json(report, out);
  CHECK(out == R"({"hosts":2,"addresses":5,"ipv4_networks":2,"ipv6_networks":1,)"
               R"("ipv6_hosts":2,"complete":true})");
  CHECK(report.findings.empty());
}

TEST_CASE("one machine or one network is a single point of failure", "[dane][redundancy]") {
  CHECK(findings_of({mx_host("mx1", {"192.0.2.1"})}) == "ipv6.none mx.single_host");
  CHECK(findings_of({mx_host("mx1", {"192.0.2.1", "2001:db8::1"})}) == "mx.single_host");
  // Two names of one machine.
  CHECK(findings_of({mx_host("mx1", {"192.0.2.1"}), mx_host("mx2", {"192.0.2.1"})}) ==
        "ipv6.none mx.single_host");
  CHECK(findings_of({mx_host("mx1", {"192.0.2.1"}), mx_host("mx2", {"192.0.2.2"})}) ==
        "ipv6.none mx.single_prefix");
  CHECK(findings_of({mx_host("mx1", {"192.0.2.1", "2001:db8::1"}),
                     mx_host("mx2", {"192.0.2.2", "2001:db8:0:7::1"})}) == "mx.single_prefix");
  CHECK(findings_of({mx_host("mx1", {"192.0.2.1"}), mx_host("mx2", {"198.51.100.2"})}) ==
        "ipv6.none");
  // A large service may have one name for many machines.
  CHECK(findings_of({mx_host("mx1", {"192.0.2.1", "198.51.100.2", "2001:db8::1"})}).empty());
  // Nothing in common is known of these two.
  CHECK(findings_of({mx_host("mx1", {"192.0.2.1"}), mx_host("mx2", {"2001:db8::1"})}).empty());
}

TEST_CASE("an answer that failed is not found fault with", "[dane][redundancy]") {
  MxHost host = mx_host("mx1", {"192.0.2.1"});
  host.ipv6_known = false;
  CHECK(findings_of({host}).empty());
  host.ipv6_known = true;
  host.ipv4_known = false;
  CHECK(findings_of({host}) == "ipv6.none");
  CHECK(findings_of({}).empty());
  CHECK(findings_of({mx_host("mx1", {})}).empty());
  CHECK_FALSE(redundancy("example.org", {}).complete);
}

TEST_CASE("a bogus answer is noted where it is", "[dane][validation]") {
  FindingReports findings;
  dns::Answer answer{.status = dns::LookupStatus::found};
  CHECK(note_validation(answer, true, "example.org", findings) == dns::Validation::insecure);
  answer.authentic = true;
  CHECK(note_validation(answer, true, "example.org", findings) == dns::Validation::secure);
  CHECK(note_validation(answer, false, "example.org", findings) == dns::Validation::unknown);
  answer = {.status = dns::LookupStatus::servfail};
  CHECK(note_validation(answer, true, "example.org", findings) == dns::Validation::unknown);
  CHECK(findings.empty());
  answer.extended_error = dns::ExtendedError{7, "signature expired"};
  CHECK(note_validation(answer, true, "example.org", findings) == dns::Validation::bogus);
  CHECK(words(findings) == "dnssec.bogus");
  CHECK(findings[0].detail == "signature expired");
}

TEST_CASE("what is needed together is as good as its worst part", "[dane][validation]") {
  constexpr dns::Validation kInOrder[] = {dns::Validation::secure, dns::Validation::insecure,
                                          dns::Validation::unknown, dns::Validation::bogus};
  for (std::size_t i = 0; i < std::size(kInOrder); ++i) {
    for (std::size_t j = 0; j < std::size(kInOrder); ++j) {
      CHECK(combined(kInOrder[i], kInOrder[j]) == kInOrder[std::max(i, j)]);
    }
  }
}

}  // namespace mxsweep::dane
