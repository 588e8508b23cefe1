// SPDX-License-Identifier: MIT
#include "mxsweep/results/json_object.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <cmath>
#include <iterator>

#include "mxsweep/core/utf8.h"

namespace mxsweep::results {
namespace {

void append_decimal(double value, std::string& out) {
  if (std::isfinite(value)) {
    fmt::format_to(std::back_inserter(out), "{}", value);
  } else {
    out += "null";
  }
}

}  // namespace

bool is_json_object(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  return parser.parse(json.data(), json.size()).get(root) == simdjson::SUCCESS && root.is_object();
}

void append_quoted(std::string_view text, std::string& out) {
  const bool utf8 = simdjson::validate_utf8(text);
  out += '"';
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (octet < 0x20 || octet == 0x7f || (!utf8 && is_beyond_ascii(c))) {
      fmt::format_to(std::back_inserter(out), "\\u00{:02x}", octet);
    } else {
      out += c;
    }
  }
  out += '"';
}

std::string timestamp(WallTime time) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{days};
  const auto us = (time - days).count();
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     us / 3'600'000'000, us / 60'000'000 % 60, us / 1'000'000 % 60, us % 1'000'000);
}

void JsonObject::key(std::string_view key) {
  if (out_.size() > 1) out_ += ',';
  append_quoted(key, out_);
  out_ += ':';
}

JsonObject& JsonObject::text(std::string_view its_key, std::string_view value) {
  key(its_key);
  append_quoted(value, out_);
  return *this;
}

JsonObject& JsonObject::text_if_any(std::string_view its_key, std::string_view value) {
  return value.empty() ? *this : text(its_key, value);
}

JsonObject& JsonObject::number(std::string_view its_key, std::uint64_t value) {
  key(its_key);
  out_ += std::to_string(value);
  return *this;
}

JsonObject& JsonObject::number_if_any(std::string_view its_key, std::uint64_t value) {
  return value == 0 ? *this : number(its_key, value);
}

JsonObject& JsonObject::milliseconds(std::string_view its_key, Duration value) {
  key(its_key);
  out_ += fmt::format("{:.3f}", std::chrono::duration<double, std::milli>(value).count());
  return *this;
}

JsonObject& JsonObject::decimal(std::string_view its_key, double value) {
  key(its_key);
  append_decimal(value, out_);
  return *this;
}

JsonObject& JsonObject::seconds(std::string_view its_key, std::chrono::duration<double> value) {
  return decimal(its_key, value.count());
}

JsonObject& JsonObject::time(std::string_view its_key, WallTime value) {
  return text(its_key, timestamp(value));
}

JsonObject& JsonObject::time_if_any(std::string_view its_key, WallTime value) {
  return value == WallTime{} ? *this : time(its_key, value);
}

JsonObject& JsonObject::flag(std::string_view its_key, bool value) {
  key(its_key);
  out_ += value ? "true" : "false";
  return *this;
}

JsonObject& JsonObject::json(std::string_view its_key, std::string_view value) {
  key(its_key);
  out_ += value;
  return *this;
}

void JsonArray::separate() {
  if (out_.size() > 1) out_ += ',';
}

JsonArray& JsonArray::json(std::string_view value) {
  separate();
  out_ += value;
  return *this;
}

JsonArray& JsonArray::text(std::string_view value) {
  separate();
  append_quoted(value, out_);
  return *this;
}

JsonArray& JsonArray::decimal(double value) {
  separate();
  append_decimal(value, out_);
  return *this;
}

}  // namespace mxsweep::results
