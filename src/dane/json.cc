// SPDX-License-Identifier: MIT
#include "mxsweep/dane/judge.h"
#include "mxsweep/results/json_text.h"

namespace mxsweep::dane {
namespace {

using results::Encoding;
using results::JsonText;

void append_hexadecimal(std::string_view octets, std::string& text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const char c : octets) {
    const auto octet = static_cast<unsigned char>(c);
    text += kDigits[octet >> 4U];
    text += kDigits[octet & 0xfU];
  }
}

void write_member(JsonText& json, std::string_view key, std::string_view text) {
  if (text.empty()) return;
  json.raw(key);
  json.quoted(text, results::encoding_of(text));
}

}  // namespace

std::string text_of(const dns::Tlsa& record) {
  std::string text;
  text.reserve(16 + 2 * kTextOctetsMax);
  for (const unsigned number : {record.usage, record.selector, record.matching}) {
    text += std::to_string(number);
    text += ' ';
  }
  append_hexadecimal(std::string_view(record.data).substr(0, kTextOctetsMax), text);
  if (record.data.size() > kTextOctetsMax) text += "...";
  return text;
}

void append_json(const Report& report, std::string& out) {
  JsonText json(out);
  json.raw(R"({"verdict":)");
  json.quoted(to_string(report.verdict), Encoding::ascii);
  write_member(json, R"(,"cause":)", report.cause);
  write_member(json, R"(,"detail":)", report.detail);
  write_member(json, R"(,"base":)", report.base);
  std::string_view before = R"(,"records":[)";
  for (const JudgedRecord& one : report.records) {
    json.raw(before);
    before = ",";
    json.raw(R"({"tlsa":)");
    json.quoted(text_of(one.record), Encoding::ascii);
    json.raw(R"(,"matches":)");
    json.quoted(to_string(one.match), Encoding::ascii);
    json.raw("}");
  }
  if (!report.records.empty()) {
    json.raw(R"(],"rollover":)");
    json.raw(report.rollover ? "true" : "false");
  }
  json.raw("}");
}

}  // namespace mxsweep::dane
