// SPDX-License-Identifier: MIT
// Writes small JSON objects, such as the events and answers of the monitor. Records, of which there
// are many, are written by json_writer.h. Pure.
//
//   Errors   none: octets that are not UTF-8 are written as \u00XX.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/core/time.h"

namespace mxsweep::results {

void append_quoted(std::string_view text, std::string& out);
// "2026-11-26T17:04:05.123456Z"
[[nodiscard]] std::string timestamp(WallTime time);

// The members of an object, in their order.
class JsonObject {
 public:
  JsonObject& text(std::string_view key, std::string_view value);
  JsonObject& text_if_any(std::string_view key, std::string_view value);
  JsonObject& number(std::string_view key, std::uint64_t value);
  JsonObject& number_if_any(std::string_view key, std::uint64_t value);
  JsonObject& milliseconds(std::string_view key, Duration value);
  JsonObject& flag(std::string_view key, bool value);
  JsonObject& json(std::string_view key, std::string_view value);  // Valid JSON.
  [[nodiscard]] std::string end() { return out_ + '}'; }

 private:
  void key(std::string_view key);

  std::string out_ = "{";
};

}  // namespace mxsweep::results
