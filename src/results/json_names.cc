// SPDX-License-Identifier: MIT
#include "results/json_names.h"

#include <algorithm>

#include "mxsweep/core/cause.h"

namespace mxsweep::results {
namespace {

void write_findings(FindingSet findings, JsonText& json) {
  std::string_view before = "\"findings\":[\"";
  for (std::size_t i = 0; i < kFindingCount; ++i) {
    const auto finding = static_cast<Finding>(i);
    if (!findings.has(finding)) continue;
    json.raw(before);
    json.raw(to_string(finding));
    before = "\",\"";
  }
  json.raw("\"]");
}

}  // namespace

Encoding encoding_of_names(std::initializer_list<std::string_view> names) {
  Encoding encoding = Encoding::ascii;
  for (const std::string_view name : names) {
    if (!name.empty()) encoding = std::max(encoding, encoding_of(name));
  }
  return encoding;
}

void write_origin(const Origin& origin, Encoding encoding, JsonText& json) {
  json.raw("{\"v\":1,\"target\":");
  json.quoted(origin.target, encoding);
  if (encoding == Encoding::latin1) json.raw(",\"latin1\":true");
  if (origin.line != 0) {
    json.raw(",\"line\":");
    json.number(origin.line);
  }
  if (!origin.list.empty()) {
    json.raw(",\"list\":");
    json.quoted(origin.list, encoding);
  }
  if (!origin.meta.empty()) {
    json.raw(",\"meta\":");
    json.raw(origin.meta);
  }
  if (!origin.domain.empty()) {
    json.raw(",\"domain\":");
    json.quoted(origin.domain, encoding);
  }
}

void open_mx(std::string_view host, std::uint16_t preference, Encoding encoding, JsonText& json) {
  json.raw("{\"host\":");
  json.quoted(host, encoding);
  json.raw(",\"preference\":");
  json.number(preference);
}

void write_dns(std::string_view unicode, bool authentic, FindingSet findings, Encoding encoding,
               JsonText& json) {
  if (unicode.empty() && !authentic && findings.empty()) return;
  json.raw(",\"dns\":{");
  if (!unicode.empty()) {
    json.raw("\"unicode\":");
    json.quoted(unicode, encoding);
  }
  if (authentic) json.raw(unicode.empty() ? "\"authentic\":true" : ",\"authentic\":true");
  if (!findings.empty()) {
    if (authentic || !unicode.empty()) json.raw(",");
    write_findings(findings, json);
  }
  json.raw("}");
}

void write_cause(Cause cause, JsonText& json) {
  json.raw(",\"cause\":\"");
  json.raw(to_string(cause));
  if (cause != Cause::none) {
    const CauseRow& row = row_of(cause);
    json.raw("\",\"group\":\"");
    json.raw(to_string(row.group));
    json.raw("\",\"blame\":\"");
    json.raw(to_string(row.blame));
  }
  json.raw("\"");
}

}  // namespace mxsweep::results
