// SPDX-License-Identifier: MIT
#include "mxsweep/results/json_findings.h"

#include <string_view>

#include "mxsweep/results/json_text.h"

namespace mxsweep::results {
namespace {

void write_text(JsonText& json, std::string_view key, std::string_view text) {
  if (text.empty()) return;
  json.raw(key);
  json.quoted(text, encoding_of(text));
}

void write_count(JsonText& json, std::string_view key, std::optional<std::uint32_t> count) {
  if (!count) return;
  json.raw(key);
  json.number(*count);
}

}  // namespace

void append_findings(const FindingReports& findings, MailRole role, std::string& out) {
  JsonText json(out);
  std::string_view before = "[";
  for (const FindingReport& report : findings) {
    json.raw(before);
    before = ",";
    json.raw(R"({"id":")");
    json.raw(to_string(report.finding));
    json.raw(R"(","severity":")");
    json.raw(to_string(severity_of(report, role)));
    json.raw("\"");
    write_text(json, R"(,"at":)", report.at);
    write_text(json, R"(,"detail":)", report.detail);
    write_count(json, R"(,"n":)", report.n);
    write_count(json, R"(,"max":)", report.most);
    json.raw(R"(,"ref":")");
    json.raw(check_finding_rows()[static_cast<std::size_t>(report.finding)].reference);
    json.raw("\"}");
  }
  json.raw(findings.empty() ? "[]" : "]");
}

}  // namespace mxsweep::results
