// SPDX-License-Identifier: MIT
#include "mxsweep/blocklists/reading.h"

#include <vector>

#include "blocklists/lists.h"
#include "support/catch.h"

namespace mxsweep::blocklists {
namespace {

using dns::LookupStatus;

QueryError error_in(const Zone& zone, std::initializer_list<std::string_view> addresses) {
  const Reading reading = read_answer(zone, listed_as(addresses));
  CHECK(reading.codes.empty());
  CHECK(reading.verdict == Verdict::query_error);
  return reading.error;
}

TEST_CASE("a name that does not exist is not listed", "[blocklists][reading]") {
  const Zone zone = zone_for(Kind::ip4);
  CHECK(read_answer(zone, failed_as(LookupStatus::nxdomain)).verdict == Verdict::not_listed);
  CHECK(read_answer(zone, failed_as(LookupStatus::no_data)).verdict == Verdict::not_listed);
}

TEST_CASE("trouble of DNS says nothing", "[blocklists][reading]") {
  for (const LookupStatus status :
       {LookupStatus::alias_loop, LookupStatus::servfail, LookupStatus::refused,
        LookupStatus::malformed, LookupStatus::timeout, LookupStatus::unreachable}) {
    const Reading reading = read_answer(zone_for(Kind::ip4), failed_as(status));
    CHECK(reading.verdict == Verdict::unknown);
    CHECK(reading.trouble == status);
  }
  CHECK(read_answer(zone_for(Kind::ip4), failed_as(LookupStatus::found)).verdict ==
        Verdict::unknown);
}

TEST_CASE("a listing has its codes, ascending and each once", "[blocklists][reading]") {
  const Reading reading = read_answer(
      zone_for(Kind::ip4), listed_as({"127.0.0.10", "127.0.0.2", "127.0.0.10", "127.0.0.3"}));
  CHECK(reading.verdict == Verdict::listed);
  CHECK(reading.codes == std::vector<std::uint32_t>{0x7f000002, 0x7f000003, 0x7f00000a});
}

TEST_CASE("an answer of more codes than any list gives is cut", "[blocklists][reading]") {
  dns::Answer answer{.status = LookupStatus::found};
  for (std::uint32_t i = 2; i < 250; ++i) answer.addresses.push_back(ipv4(0x7f000000U + i));
  CHECK(read_answer(zone_for(Kind::ip4), answer).codes.size() == kCodesMax);
}

TEST_CASE("an address outside of 127.0.0.0/8 is a resolver's or a parked domain's",
          "[blocklists][reading]") {
  const Zone zone = zone_for(Kind::ip4);
  CHECK(error_in(zone, {"192.0.2.1"}) == QueryError::rewritten);
  CHECK(error_in(zone, {"127.0.0.2", "192.0.2.1"}) == QueryError::rewritten);
  CHECK(error_in(zone, {"127.0.0.1"}) == QueryError::rewritten);
  CHECK(error_in(zone, {"128.0.0.2"}) == QueryError::rewritten);
  CHECK(error_in(zone, {"0.0.0.0"}) == QueryError::rewritten);
  CHECK(error_in(zone, {"::ffff:127.0.0.2"}) == QueryError::rewritten);
}

TEST_CASE("the error codes of large lists are never listings", "[blocklists][reading]") {
  const Zone zone = zone_for(Kind::ip4);
  CHECK(error_in(zone, {"127.255.255.252"}) == QueryError::typing_error);
  CHECK(error_in(zone, {"127.255.255.254"}) == QueryError::open_resolver);
  CHECK(error_in(zone, {"127.255.255.255"}) == QueryError::excess_volume);
  CHECK(error_in(zone, {"127.255.255.250"}) == QueryError::blocked);
  CHECK(error_in(zone, {"127.0.1.255"}) == QueryError::wrong_kind);
  CHECK(error_in(zone, {"127.0.0.2", "127.255.255.254"}) == QueryError::open_resolver);
}

TEST_CASE("a list's own error codes come first", "[blocklists][reading]") {
  Zone zone = zone_for(Kind::domain);
  zone.errors = {{0x7f000001, QueryError::blocked}, {0x7f000063, QueryError::excess_volume}};
  CHECK(error_in(zone, {"127.0.0.1"}) == QueryError::blocked);
  CHECK(error_in(zone, {"127.0.0.99"}) == QueryError::excess_volume);
}

TEST_CASE("what a resolver's own filter answers is not the list's", "[blocklists][reading]") {
  dns::Answer answer = failed_as(LookupStatus::nxdomain);
  answer.extended_error = dns::ExtendedError{.code = 15, .text = "blocked"};
  const Reading reading = read_answer(zone_for(Kind::ip4), answer);
  CHECK(reading.verdict == Verdict::query_error);
  CHECK(reading.error == QueryError::blocked);
  answer.extended_error->code = 19;  // Stale, which is the list's all the same.
  CHECK(read_answer(zone_for(Kind::ip4), answer).verdict == Verdict::not_listed);
}

TEST_CASE("the gravest code decides the severity, and one without a meaning is a listing",
          "[blocklists][reading]") {
  Zone zone = zone_for(Kind::ip4);
  zone.codes = {{0x7f000002, "SBL", Severity::error},
                {0x7f00000a, "PBL", Severity::info},
                {0x7f00000b, "PBL", Severity::notice}};
  CHECK(severity_of(zone, {0x7f00000a}) == Severity::info);
  CHECK(severity_of(zone, {0x7f00000a, 0x7f00000b}) == Severity::notice);
  CHECK(severity_of(zone, {0x7f000002, 0x7f00000a}) == Severity::error);
  CHECK(severity_of(zone, {0x7f00000a, 0x7f000099}) == std::nullopt);
  REQUIRE(meanings_of(zone, 0x7f000002).size() == 1);
  CHECK(meanings_of(zone, 0x7f000002)[0]->word == "SBL");
  CHECK(meanings_of(zone, 0x7f000003).empty());
}

TEST_CASE("codes that are bits are added up", "[blocklists][reading]") {
  Zone zone = zone_for(Kind::domain);
  zone.bits = true;
  zone.codes = {{0x7f000002, "black", Severity::error}, {0x7f000004, "grey", Severity::notice}};
  CHECK(meanings_of(zone, 0x7f000006).size() == 2);
  CHECK(severity_of(zone, {0x7f000006}) == Severity::error);
  CHECK(severity_of(zone, {0x7f00000c}) == Severity::notice);
  CHECK(severity_of(zone, {0x7f000008}) == std::nullopt);
  CHECK(meanings_of(zone, 0x7f000106).empty());  // Of another range.
}

}  // namespace
}  // namespace mxsweep::blocklists
