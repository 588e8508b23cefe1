// SPDX-License-Identifier: MIT
#include "mxsweep/spf/report.h"

#include "mxsweep/core/enum_words.h"
#include "mxsweep/results/json_text.h"

namespace mxsweep::spf {
namespace {

using results::JsonText;

constexpr EnumWord<LintVerdict> kVerdictWords[] = {
    {LintVerdict::none, "none"},
    {LintVerdict::ok, "ok"},
    {LintVerdict::permerror, "permerror"},
    {LintVerdict::temperror, "temperror"},
};
static_assert(has_each_value(kVerdictWords, LintVerdict::temperror) && words_differ(kVerdictWords));

void write_quoted(JsonText& json, std::string_view key, std::string_view text) {
  json.raw(key);
  json.quoted(text, results::encoding_of(text));
}

void write_count(JsonText& json, std::string_view key, std::uint64_t count) {
  json.raw(key);
  json.number(count);
}

void write_flag(JsonText& json, std::string_view key, bool flag) {
  json.raw(key);
  json.raw(flag ? "true" : "false");
}

void write_terms(JsonText& json, const std::vector<CountedTerm>& terms) {
  json.raw(R"(,"terms":[)");
  std::string_view before = R"({"term":)";
  for (const CountedTerm& term : terms) {
    write_quoted(json, before, term.term);
    write_quoted(json, R"(,"at":)", term.at);
    write_count(json, R"(,"lookups":)", term.lookups);
    write_count(json, R"(,"voids":)", term.voids);
    if (term.depends_on_sender) json.raw(R"(,"depends_on_sender":true)");
    json.raw("}");
    before = R"(,{"term":)";
  }
  json.raw("]");
}

void write_senders(JsonText& json, const std::vector<SenderReport>& from) {
  if (from.empty()) return;
  json.raw(R"(,"from":[)");
  std::string_view before = R"({"ip":)";
  for (const SenderReport& sender : from) {
    write_quoted(json, before, to_string(sender.address));
    write_quoted(json, R"(,"result":)", to_string(sender.verdict.result));
    if (!sender.verdict.by.empty()) {
      write_quoted(json, R"(,"by":)", sender.verdict.by);
      write_quoted(json, R"(,"at":)", sender.verdict.at);
    }
    if (!sender.verdict.explanation.empty()) {
      write_quoted(json, R"(,"explanation":)", sender.verdict.explanation);
    }
    json.raw("}");
    before = R"(,{"ip":)";
  }
  json.raw("]");
}

}  // namespace

std::string_view to_string(LintVerdict verdict) { return word_of(kVerdictWords, verdict); }

void append_json(const SpfReport& report, std::string& out) {
  JsonText json(out);
  write_quoted(json, R"({"present":)", to_string(report.present));
  write_quoted(json, R"(,"verdict":)", to_string(report.verdict));
  if (report.present == Presence::yes) {
    if (!report.record.empty()) write_quoted(json, R"(,"record":)", report.record);
    write_count(json, R"(,"lookups":)", report.lookups);
    write_count(json, R"(,"voids":)", report.voids);
    write_flag(json, R"(,"partial":)", report.partial);
    write_flag(json, R"(,"depends_on_sender":)", report.depends_on_sender);
    write_terms(json, report.terms);
  }
  write_senders(json, report.from);
  json.raw("}");
}

}  // namespace mxsweep::spf
