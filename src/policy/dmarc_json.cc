// SPDX-License-Identifier: MIT
#include "mxsweep/core/tags.h"
#include "mxsweep/policy/dmarc.h"
#include "mxsweep/results/json_text.h"
#include "policy/json_parts.h"

namespace mxsweep::policy {
namespace {

void append_policy(std::string_view key, std::optional<DmarcPolicy> policy,
                   results::JsonText& json) {
  if (policy) append_word(key, to_string(*policy), json);
}

// A tag that occurs twice stands there once: names of JSON are unique.
bool is_repeated(const std::vector<DmarcTag>& tags, std::size_t index) {
  for (std::size_t i = 0; i < index; ++i) {
    if (same_word(tags[i].name, tags[index].name)) return true;
  }
  return false;
}

void append_tags(const DmarcRecord& record, results::JsonText& json) {
  json.raw(",\"tags\":{");
  std::string_view before = "";
  for (std::size_t i = 0; i < record.tags.size(); ++i) {
    if (is_repeated(record.tags, i)) continue;
    const auto& [name, value] = record.tags[i];
    json.raw(before);
    before = ",";
    append_quoted(name, json);
    json.raw(":");
    const bool aggregate = same_word(name, "rua");
    if (aggregate || same_word(name, "ruf")) {
      append_uris(aggregate ? record.rua : record.ruf, json);
    } else {
      append_quoted(value, json);
    }
  }
  json.raw("}");
}

}  // namespace

void append_json(const DmarcReport& report, std::string& out) {
  results::JsonText json(out);
  json.raw("{\"present\":\"");
  json.raw(to_string(report.present));
  json.raw("\"");
  append_word("verdict", to_string(report.verdict), json);
  if (report.record) append_member("record", report.record->text, json);
  append_member("location", report.location, json);
  append_member("organizational", report.organizational, json);
  append_policy("policy", report.policy, json);
  append_policy("subdomains", report.subdomains, json);
  append_policy("nonexistent", report.nonexistent, json);
  if (report.record) {
    json.raw(",\"test\":");
    json.raw(report.record->test ? "true" : "false");
    if (report.record->test && report.policy) {
      append_policy("applied", one_level_lower(*report.policy), json);
    }
    append_tags(*report.record, json);
  }
  json.raw(",\"rfc7489\":{\"organizational\":");
  append_quoted(report.rfc7489.organizational, json);
  append_policy("policy", report.rfc7489.policy, json);
  if (report.rfc7489.same != Presence::unknown) {
    json.raw(",\"same\":");
    json.raw(report.rfc7489.same == Presence::yes ? "true" : "false");
  }
  json.raw("}}");
}

}  // namespace mxsweep::policy
