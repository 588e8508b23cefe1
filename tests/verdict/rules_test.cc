// SPDX-License-Identifier: MIT
#include "mxsweep/verdict/rules_of.h"
#include "support/catch.h"

namespace mxsweep::verdict {
namespace {

TEST_CASE("a cause of replies has its rules, in words", "[verdict]") {
  const std::vector<std::string> full = rules_of(Cause::resources_mailbox_full);
  REQUIRE(full.size() >= 3);
  CHECK(full[0] ==
        "in mail, rcpt, relay: 4xx or 5xx or 221, enhanced code x.2.2 (RFC 3463: mailbox full)");
  CHECK(full[1].find("\"mailbox … quota\"") != std::string::npos);
  CHECK(rules_of(Cause::resources_storage).back() ==
        "anywhere: 452 (RFC 5321: insufficient system storage)");
  CHECK(rules_of(Cause::reject_unspecified).front() ==
        "anywhere: 5xx (permanent, no reason given)");
  CHECK(rules_of(Cause::blocked_scanner_ip)[1] ==
        "anywhere: 4xx or 5xx or 221, enhanced code x.7.606 to x.7.619 (Exchange Online: banned "
        "sending address)");
  CHECK(rules_of(Cause::net_refused).empty());
}

}  // namespace
}  // namespace mxsweep::verdict
