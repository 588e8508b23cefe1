// SPDX-License-Identifier: MIT
#include "mxsweep/results/domain_part.h"

#include <string>

#include "support/catch.h"

namespace mxsweep::results {
namespace {

void check_same(const DomainPart& part) {
  const std::string text = to_text(part);
  const std::optional<DomainPart> read = read_domain_part(text);
  REQUIRE(read.has_value());
  CHECK(read->outcome == part.outcome);
  CHECK(read->cause == part.cause);
  CHECK(read->has_address == part.has_address);
  CHECK(read->answered == part.answered);
  CHECK(read->over_ipv6 == part.over_ipv6);
  CHECK(read->authentic == part.authentic);
  CHECK(read->starttls == part.starttls);
  CHECK(read->certificate == part.certificate);
  CHECK(read->findings == part.findings);
  CHECK(read->preference == part.preference);
  CHECK(read->host == part.host);
}

TEST_CASE("what a record adds to its domain survives as a text", "[results][domain]") {
  DomainPart part;
  check_same(part);
  for (std::size_t i = 0; i < kOutcomeCount; ++i) {
    part.outcome = static_cast<Outcome>(i);
    check_same(part);
  }
  for (std::size_t i = 0; i < kCauseCount; ++i) {
    part.cause = static_cast<Cause>(i);
    check_same(part);
  }
  part.has_address = part.answered = part.over_ipv6 = part.authentic = true;
  part.preference = 65'535;
  part.host = "mx1 \xff,\n.example.net";
  for (const Offered offered : {Offered::yes, Offered::no, Offered::not_known}) {
    part.starttls = offered;
    part.certificate = offered;
    for (std::size_t i = 0; i < kFindingCount; ++i) {
      part.findings.add(static_cast<Finding>(i));
      check_same(part);
    }
  }
  CHECK(to_text({.outcome = Outcome::ok,
                 .has_address = true,
                 .answered = true,
                 .starttls = Offered::yes,
                 .findings = {},
                 .preference = 10,
                 .host = "mx1.example.net"}) == "ok none ary 10 - mx1.example.net");
}

TEST_CASE("a certificate counts for its domain if it is trusted and has the server's name",
          "[results][domain]") {
  const tls::Chain chain;
  Record record;
  CHECK(domain_part_of(record).certificate == Offered::not_known);
  tls::Facts& facts = record.tls.emplace();
  facts.verified = true;
  facts.name_match = true;
  facts.chain = &chain;
  CHECK(domain_part_of(record).certificate == Offered::yes);
  facts.name_match = false;
  CHECK(domain_part_of(record).certificate == Offered::no);
  facts.name_match = true;
  facts.verified = false;
  CHECK(domain_part_of(record).certificate == Offered::no);
  facts.chain = nullptr;  // The handshake was not completed.
  CHECK(domain_part_of(record).certificate == Offered::not_known);
}

TEST_CASE("a text that is cut anywhere in its values is refused", "[results][domain]") {
  const std::string text = "degraded config.mx_cname arn 10 mx_is_alias mx1.example.net";
  REQUIRE(read_domain_part(text).has_value());
  for (std::size_t size = 0; size < text.find("mx1"); ++size) {
    CHECK_FALSE(read_domain_part(text.substr(0, size)).has_value());
  }
  for (const char* const wrong :
       {"okay none - 0 - ", "ok nothing - 0 - ", "ok none x 0 - ", "ok none  0 - ",
        "ok none - 65536 - ", "ok none - -1 - ", "ok none - 0 no_such_finding ",
        "ok none - 0 mx_is_alias, ", "ok none - 1x - "}) {
    CAPTURE(wrong);
    CHECK_FALSE(read_domain_part(wrong).has_value());
  }
}

}  // namespace
}  // namespace mxsweep::results
