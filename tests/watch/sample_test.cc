// SPDX-License-Identifier: MIT
#include "mxsweep/watch/sample.h"

#include <array>
#include <chrono>
#include <string_view>

#include "mxsweep/core/cause.h"
#include "support/catch.h"

namespace mxsweep::watch {
namespace {

results::Record record_of(Cause cause) {
  results::Record record;
  record.cause = cause;
  record.outcome = outcome_of(cause);
  record.phase = Phase::greeting;
  return record;
}

Verdict verdict_of(Cause cause) { return sample_of(record_of(cause), {}).verdict; }

TEST_CASE("each cause says something of the server, or nothing, by its outcome",
          "[watch][sample]") {
  int counts[4] = {};
  for (const CauseRow& row : cause_rows()) {
    INFO(row.word);
    const Verdict verdict = verdict_of(row.cause);
    ++counts[static_cast<int>(verdict)];
    switch (outcome_of(row.cause)) {
      case Outcome::ok: CHECK(verdict == Verdict::good); break;
      case Outcome::degraded: CHECK(verdict == Verdict::warn); break;
      case Outcome::failed: CHECK(verdict == Verdict::bad); break;
      case Outcome::refused:
      case Outcome::invalid:
      case Outcome::excluded:
      case Outcome::local: CHECK(verdict == Verdict::none); break;
    }
  }
  for (const int count : counts) CHECK(count > 0);
}

TEST_CASE("a server that declines us is not down", "[watch][sample]") {
  CHECK(verdict_of(Cause::throttled_greylist) == Verdict::none);
  CHECK(verdict_of(Cause::throttled_connections) == Verdict::none);
  CHECK(verdict_of(Cause::blocked_scanner_ip) == Verdict::none);
  CHECK(verdict_of(Cause::local_resource) == Verdict::none);
  CHECK(verdict_of(Cause::net_timeout) == Verdict::bad);
  CHECK(verdict_of(Cause::protocol_silent) == Verdict::bad);
}

TEST_CASE("what a user pages on is bad, of degraded servers and of refusals", "[watch][sample]") {
  constexpr std::array kPageOn = {Cause::starttls_not_supported, Cause::resources_storage,
                                  Cause::local_resource};
  CHECK(sample_of(record_of(Cause::starttls_not_supported), kPageOn).verdict == Verdict::bad);
  CHECK(sample_of(record_of(Cause::certificate_expired), kPageOn).verdict == Verdict::warn);
  CHECK(sample_of(record_of(Cause::resources_storage), kPageOn).verdict == Verdict::bad);
  CHECK(sample_of(record_of(Cause::throttled_rate), kPageOn).verdict == Verdict::none);
  CHECK(sample_of(record_of(Cause::local_resource), kPageOn).verdict == Verdict::none);
}

TEST_CASE("a sample has the facts of its record", "[watch][sample]") {
  results::Record record = record_of(Cause::net_reset);
  record.at = WallTime{std::chrono::hours{1}};
  record.reply = {421, "421 4.3.0 try again later\r\n"};
  const Sample sample = sample_of(record, {});
  CHECK(sample.outcome == Outcome::failed);
  CHECK(sample.phase == Phase::greeting);
  CHECK(sample.cause == Cause::net_reset);
  CHECK(sample.code == 421);
  CHECK(sample.at == record.at);
  CHECK(sample.record == &record);
}

TEST_CASE("a reply with another number in it is the same evidence", "[watch][sample]") {
  const auto hash = [](std::string_view reply) {
    results::Record record = record_of(Cause::config_tls_unavailable);
    record.reply = {454, reply};
    return sample_of(record, {}).reply;
  };
  CHECK(hash("454 TLS not available (session 81)\r\n") ==
        hash("454 TLS not available (session 7002)\r\n"));
  CHECK(hash("454 TLS not available\r\n") != hash("454 TLS is not available\r\n"));
  CHECK(hash("") == 0);
}

TEST_CASE("the absence of TLS means something where TLS was tried, or is not offered",
          "[watch][sample]") {
  results::Record record = record_of(Cause::none);
  CHECK_FALSE(sample_of(record, {}).with_tls);
  record.starttls_offered = results::Offered::yes;
  CHECK_FALSE(sample_of(record, {}).with_tls);
  record.tls.emplace();
  CHECK(sample_of(record, {}).with_tls);
  record.tls.reset();
  record.starttls_offered = results::Offered::no;
  CHECK(sample_of(record, {}).with_tls);
}

}  // namespace
}  // namespace mxsweep::watch
