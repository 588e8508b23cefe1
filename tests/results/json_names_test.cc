// SPDX-License-Identifier: MIT
#include "results/json_names.h"

#include <string>
#include <vector>

#include "support/catch.h"
#include "support/parsed_record.h"
#include "support/sample_records.h"

namespace mxsweep::results {
namespace {

using Keys = std::vector<std::string>;

std::string every_octet() {
  std::string octets;
  for (int value = 0; value < 256; ++value) octets += static_cast<char>(value);
  return octets;
}

}  // namespace

TEST_CASE("a shared record has its own path through DNS, and is marked as shared",
          "[results][json][names]") {
  const std::string line = json_of(samples::shared());
  CHECK(line.find("\"line\":17,\"list\":\"b.txt\",\"meta\":{\"rack\":\"b7\"},\"domain\":\"xn--"
                  "bcher-kva.example\","
                  "\"mx\":{\"host\":\"mx1.example.net\",\"preference\":10},"
                  "\"dns\":{\"unicode\":\"b\xc3\xbc\x63her.example\",\"authentic\":true,"
                  "\"findings\":[\"domain_is_alias\",\"mx_repeated\"]},\"ip\":\"192.0.2.10\",") !=
        line.npos);
  CHECK(line.find(R"("at":"2026-11-22T10:15:00.123456Z","shared":true,"outcome":"ok",)") !=
        line.npos);
  CHECK_FALSE(Parsed(samples::mx_is_alias()).has("/shared"));
}

TEST_CASE("without an MX record there is no mx key, whatever the preference",
          "[results][json][names]") {
  Record record = samples::implicit_mx();
  record.mx_preference = 7;
  CHECK_FALSE(Parsed(record).has("/mx"));
  CHECK(Parsed(record).texts("/dns/findings").size() == kFindingCount);
  record.mx_host = "mx.example";
  CHECK(Parsed(record).json("/mx") == R"({"host":"mx.example","preference":7})");
}

TEST_CASE("the dns object has only members that are known", "[results][json][names]") {
  Record record = samples::typical();
  CHECK_FALSE(Parsed(record).has("/dns"));
  CHECK_FALSE(Parsed(record).has("/domain"));
  for (unsigned members = 1; members < 8; ++members) {
    record.unicode = (members & 1U) != 0 ? "b\xc3\xbc" : "";
    record.authentic = (members & 2U) != 0;
    record.findings = {};
    if ((members & 4U) != 0) record.findings.add(Finding::mx_is_alias);
    Keys expected;
    if ((members & 1U) != 0) expected.emplace_back("unicode");
    if ((members & 2U) != 0) expected.emplace_back("authentic");
    if ((members & 4U) != 0) expected.emplace_back("findings");
    CHECK(Parsed(record).keys("/dns") == expected);
  }
}

TEST_CASE("a domain without a server has a record", "[results][json][names]") {
  const Parsed null_mx(samples::null_mx());
  CHECK(null_mx.keys() == Keys{"v", "target", "line", "domain", "dns", "port", "outcome", "phase",
                               "cause", "group", "blame", "ms"});
  CHECK(null_mx.text("/cause") == "config.null_mx_or_no_mail");
  const Parsed private_mx(samples::private_mx());
  CHECK(private_mx.text("/ip") == "10.0.0.1");
  CHECK(private_mx.text("/mx/host") == "mx1.example.net");
}

TEST_CASE("every octet of every name can be restored, with one flag for all",
          "[results][json][names]") {
  const std::string all = every_octet();
  const struct {
    std::string_view Record::*name;
    const char* pointer;
  } kNames[] = {
      {&Record::target, "/target"},   {&Record::domain, "/domain"},
      {&Record::mx_host, "/mx/host"}, {&Record::unicode, "/dns/unicode"},
      {&Record::name, "/name"},       {&Record::list, "/list"},
  };
  for (const auto& odd : kNames) {
    CAPTURE(odd.pointer);
    Record record = samples::shared();
    record.*odd.name = all;
    const Parsed parsed(record);
    CHECK(parsed.keys()[2] == "latin1");
    for (const auto& each : kNames) {
      CHECK(latin1_octets(parsed.text(each.pointer)) == record.*each.name);
    }
  }
  CHECK_FALSE(Parsed(samples::shared()).has("/latin1"));
}

}  // namespace mxsweep::results
