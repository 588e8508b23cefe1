// SPDX-License-Identifier: MIT
// A record's line, read back by a parser that is not ours.
//
//   Source    RFC 6901 (JSON pointers).
#pragma once

#include <simdjson.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/results/json_writer.h"
#include "support/catch.h"

namespace mxsweep::results {

inline std::string json_of(const Record& record) {
  std::string out;
  append_json(record, out);
  return out;
}

class Parsed {
 public:
  explicit Parsed(const Record& record) : Parsed(json_of(record)) {}
  explicit Parsed(const std::string& line) {
    REQUIRE(std::count(line.begin(), line.end(), '\n') == 1);
    REQUIRE(line.back() == '\n');
    REQUIRE(simdjson::validate_utf8(line));
    REQUIRE(parser_.parse(line).get(root_) == simdjson::SUCCESS);
    REQUIRE(root_.is_object());
  }
  [[nodiscard]] bool has(const char* pointer) const { return !root_.at_pointer(pointer).error(); }
  [[nodiscard]] std::string text(const char* pointer) const {
    std::string_view text;
    REQUIRE(root_.at_pointer(pointer).get(text) == simdjson::SUCCESS);
    return std::string(text);
  }
  [[nodiscard]] std::string json(const char* pointer) const {
    simdjson::dom::element element;
    REQUIRE(root_.at_pointer(pointer).get(element) == simdjson::SUCCESS);
    return simdjson::minify(element);
  }
  [[nodiscard]] std::vector<std::string> texts(const char* pointer) const {
    simdjson::dom::array array;
    REQUIRE(root_.at_pointer(pointer).get(array) == simdjson::SUCCESS);
    std::vector<std::string> texts;
    for (const std::string_view text : array) texts.emplace_back(text);
    return texts;
  }
  [[nodiscard]] std::vector<std::string> keys(const char* pointer = "") const {
    simdjson::dom::object object;
    REQUIRE(root_.at_pointer(pointer).get(object) == simdjson::SUCCESS);
    std::vector<std::string> keys;
    for (const auto member : object) keys.emplace_back(member.key);
    return keys;
  }

 private:
  simdjson::dom::parser parser_;
  simdjson::dom::element root_;
};

// Each character below U+0100 back to the octet that it stands for.
inline std::string latin1_octets(std::string_view utf8) {
  std::string octets;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    auto value = static_cast<unsigned char>(utf8[i]);
    if (value >= 0x80) {
      REQUIRE((value == 0xc2 || value == 0xc3));
      value = static_cast<unsigned char>((value & 3U) << 6U |
                                         (static_cast<unsigned char>(utf8[++i]) & 0x3fU));
    }
    octets += static_cast<char>(value);
  }
  return octets;
}

}  // namespace mxsweep::results
