// SPDX-License-Identifier: MIT
#include "mxsweep/pace/retry.h"

#include <fstream>
#include <sstream>
#include <string>

#include "support/catch.h"

namespace mxsweep::pace {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

bool is_tried_again(const VisitEnd& end) { return retry_rule(end) != nullptr; }

VisitEnd declined(Phase phase, int code) {
  return {.outcome = Outcome::refused,
          .phase = phase,
          .cause = Cause::throttled_connections,
          .code = code};
}

VisitEnd failed(Phase phase, Cause cause) {
  return {.outcome = Outcome::failed, .phase = phase, .cause = cause};
}

}  // namespace

TEST_CASE("a refusal for now is tried again, one for good is not", "[pace][retry]") {
  for (const Phase phase : {Phase::greeting, Phase::ehlo}) {
    CHECK(is_tried_again(declined(phase, 421)));
    CHECK(is_tried_again(declined(phase, 450)));
    CHECK(!is_tried_again(declined(phase, 554)));
    CHECK(!is_tried_again(declined(phase, 0)));
  }
  CHECK(!is_tried_again(declined(Phase::starttls, 454)));
  CHECK(!is_tried_again(declined(Phase::quit, 421)));
}

TEST_CASE("a lost connection is tried again if no dialogue had begun", "[pace][retry]") {
  CHECK(is_tried_again(failed(Phase::greeting, Cause::net_reset)));
  CHECK(is_tried_again(failed(Phase::connect, Cause::net_timeout)));
  CHECK(!is_tried_again(failed(Phase::ehlo, Cause::net_reset)));
  CHECK(!is_tried_again(failed(Phase::connect, Cause::net_refused)));
  CHECK(!is_tried_again(failed(Phase::greeting, Cause::protocol_silent)));
  CHECK(!is_tried_again({Outcome::ok, Phase::quit, Cause::none}));
  CHECK(!is_tried_again({Outcome::local, Phase::greeting, Cause::local_interrupted}));
}

TEST_CASE("each retry waits longer than the one before", "[pace][retry]") {
  const RetryRule& rule = *retry_rule(declined(Phase::greeting, 421));
  CHECK(retry_delay(rule, 1) == minutes{15});
  CHECK(retry_delay(rule, 2) == minutes{30});
  CHECK(retry_delay(rule, 3) == hours{1});
  CHECK(retry_delay(rule, kRetriesMost) == hours{24});
  CHECK(retry_delay(rule, 2, std::chrono::seconds{1}) == std::chrono::seconds{2});
}

TEST_CASE("the documentation has the table of retries", "[pace][retry]") {
  std::ifstream page(MXSWEEP_SOURCE_DIR "/docs/politeness.md");
  std::stringstream text;
  text << page.rdbuf();
  for (const RetryRule& rule : kRetryRules) {
    const auto first = std::chrono::duration_cast<minutes>(rule.first).count();
    const std::string row = "| " + std::string(rule.what) + " | " + std::to_string(first) +
                            " min | × " + std::to_string(rule.growth) + " |";
    INFO(row);
    CHECK(text.str().find(row) != std::string::npos);
  }
}

}  // namespace mxsweep::pace
