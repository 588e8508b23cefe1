// SPDX-License-Identifier: MIT
#include <string>
#include <string_view>

#include "mxsweep/blocklists/listing.h"
#include "mxsweep/blocklists/zone_watch.h"
#include "mxsweep/results/json_text.h"

namespace mxsweep::blocklists {
namespace {

void write_text(results::JsonText& json, std::string_view text) {
  json.quoted(text, results::encoding_of(text));
}

void write_word(results::JsonText& json, std::string_view key, std::string_view word) {
  if (word.empty()) return;
  json.raw(key);
  json.quoted(word, results::Encoding::ascii);
}

void write_number(results::JsonText& json, std::string_view key, std::uint64_t number) {
  json.raw(key);
  json.number(number);
}

template <typename Values, typename Write>
void write_array(results::JsonText& json, std::string_view key, const Values& values,
                 const Write& write) {
  if (values.empty()) return;
  json.raw(key);
  std::string_view before = "[";
  for (const auto& value : values) {
    json.raw(before);
    before = ",";
    write(value);
  }
  json.raw("]");
}

void write_result(results::JsonText& json, const ZoneResult& result) {
  json.raw(R"({"zone":)");
  write_text(json, result.zone);
  json.raw(R"(,"verdict":")");
  json.raw(to_string(result.verdict));
  if (result.verdict == Verdict::query_error) {
    json.raw(".");
    json.raw(to_string(result.error));
  }
  json.raw("\"");
  write_word(json, R"(,"why":)", result.why);
  write_array(json, R"(,"codes":)", result.codes, [&](std::uint32_t code) {
    json.quoted(to_string(ipv4(code)), results::Encoding::ascii);
  });
  write_array(json, R"(,"meaning":)", result.meaning,
              [&](const std::string& word) { write_text(json, word); });
  json.raw("}");
}

void write_report(results::JsonText& json, const ZoneReport& report) {
  json.raw(R"({"zone":)");
  write_text(json, report.zone);
  write_word(json, R"(,"kind":)", to_string(report.kind));
  write_word(json, R"(,"state":)", to_string(report.state));
  write_word(json, R"(,"fault":)", report.fault);
  write_number(json, R"(,"asked":)", report.asked);
  write_number(json, R"(,"listed":)", report.listed);
  write_number(json, R"(,"withdrawn":)", report.withdrawn);
  write_number(json, R"(,"over_budget":)", report.over_budget);
  json.raw("}");
}

}  // namespace

void append_json(const ListingReport& report, std::string& out) {
  results::JsonText json(out);
  std::string_view before = "[";
  for (const ZoneResult& result : report.zones) {
    json.raw(before);
    before = ",";
    write_result(json, result);
  }
  json.raw(report.zones.empty() ? "[]" : "]");
}

void append_json(const std::vector<ZoneReport>& reports, std::string& out) {
  results::JsonText json(out);
  std::string_view before = "[";
  for (const ZoneReport& report : reports) {
    json.raw(before);
    before = ",";
    write_report(json, report);
  }
  json.raw(reports.empty() ? "[]" : "]");
}

FindingReports findings_of(const std::vector<ZoneReport>& reports) {
  FindingReports findings;
  for (const ZoneReport& report : reports) {
    if (report.fault.empty()) continue;
    findings.push_back({.finding = CheckFinding::dnsbl_unusable,
                        .at = report.shown,
                        .detail = report.zone + " (" + std::string(to_string(report.kind)) +
                                  "): " + std::string(report.fault)});
  }
  return findings;
}

}  // namespace mxsweep::blocklists
