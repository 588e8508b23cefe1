// SPDX-License-Identifier: MIT
#include "monitor/read_record.h"

#include "mxsweep/results/json_writer.h"
#include "support/catch.h"
#include "support/sample_records.h"

namespace mxsweep::monitor {
namespace {

TEST_CASE("a record that was written can be read back", "[monitor][replay]") {
  RecordReader reader;
  for (const results::Record& record : results::samples::sample_records()) {
    if (record.at == WallTime{}) continue;  // A bad line of a list.
    std::string line;
    results::append_json(record, line);
    line.pop_back();
    INFO(line);
    REQUIRE(reader.read(line));
    const results::Record& read = reader.record();
    CHECK(read.outcome == record.outcome);
    CHECK(read.phase == record.phase);
    CHECK(read.cause == record.cause);
    CHECK(read.at == record.at);
    CHECK(read.ip == record.ip);
    CHECK(read.port == record.port);
    if (record.starttls_known) CHECK(read.starttls_offered == record.starttls_offered);
    CHECK(read.replies[Phase::greeting].code == record.replies[Phase::greeting].code);
    CHECK(read.tls.has_value() == record.tls.has_value());
  }
}

TEST_CASE("a greeting and an EHLO reply are read as they were received", "[monitor][replay]") {
  RecordReader reader;
  REQUIRE(reader.read(
      R"({"v":1,"target":"a","at":"2026-11-26T10:00:00Z","outcome":"ok","phase":"quit",)"
      R"("cause":"none","greeting":{"code":220,"text":["mx","ESMTP"]},)"
      R"("ehlo":{"verb":"EHLO","code":250,"host":"mx","extensions":{"SIZE":"100","HELP":""}}})"));
  CHECK(reader.record().replies[Phase::greeting].octets == "220-mx\r\n220 ESMTP\r\n");
  CHECK(reader.record().replies[Phase::ehlo].octets == "250-mx\r\n250-SIZE 100\r\n250 HELP\r\n");
}

TEST_CASE("other lines are no records", "[monitor][replay]") {
  RecordReader reader;
  for (const char* const line :
       {"", "x", "[]", "{}", R"({"v":2})", R"({"v":1,"outcome":"ok"})",
        R"({"v":1,"at":"2026-13-26T10:00:00Z","outcome":"ok","phase":"quit","cause":"none"})",
        R"({"v":1,"at":"2026-11-26T10:00:00Z","outcome":"fine","phase":"quit","cause":"none"})"}) {
    CHECK_FALSE(reader.read(line));
  }
}

}  // namespace
}  // namespace mxsweep::monitor
