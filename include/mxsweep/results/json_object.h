// SPDX-License-Identifier: MIT
// Writes small JSON objects, such as the events and answers of the monitor. Records, of which there
// are many, are written by json_writer.h. Pure.
//
//   Errors   none: octets that are not UTF-8 are written as \u00XX, a value that is no number as
//            null.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/core/time.h"

namespace mxsweep::results {

void append_quoted(std::string_view text, std::string& out);
// "2026-11-26T17:04:05.123456Z"
[[nodiscard]] std::string timestamp(WallTime time);
// Whether it is an object that may stand in another JSON text as it is.
[[nodiscard]] bool is_json_object(std::string_view json);

// The members of an object, in their order.
class JsonObject {
 public:
  JsonObject& text(std::string_view key, std::string_view value);
  JsonObject& text_if_any(std::string_view key, std::string_view value);
  JsonObject& number(std::string_view key, std::uint64_t value);
  JsonObject& number_if_any(std::string_view key, std::uint64_t value);
  JsonObject& decimal(std::string_view key, double value);
  JsonObject& milliseconds(std::string_view key, Duration value);
  JsonObject& seconds(std::string_view key, std::chrono::duration<double> value);
  JsonObject& time(std::string_view key, WallTime value);
  JsonObject& time_if_any(std::string_view key, WallTime value);  // The Unix epoch is none.
  JsonObject& flag(std::string_view key, bool value);
  JsonObject& json(std::string_view key, std::string_view value);  // Valid JSON.
  [[nodiscard]] std::string end() { return out_ + '}'; }

 private:
  void key(std::string_view key);

  std::string out_ = "{";
};

// The elements of an array, in their order.
class JsonArray {
 public:
  JsonArray& json(std::string_view value);  // Valid JSON.
  JsonArray& text(std::string_view value);
  JsonArray& decimal(double value);
  [[nodiscard]] std::string end() { return out_ + ']'; }

 private:
  void separate();

  std::string out_ = "[";
};

}  // namespace mxsweep::results
