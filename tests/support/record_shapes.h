// SPDX-License-Identifier: MIT
// A sample of very many records that stands for all of them: each record of which the schema could
// find something that it has not seen in the sample. A validator takes a millisecond for a record.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "mxsweep/core/random.h"
#include "support/catch.h"

namespace mxsweep::results {

class RecordShapes {
 public:
  // The line must be one object of JSON in UTF-8, with a line end that is the only one. False: it
  // is not.
  [[nodiscard]] bool add(const std::string& line) {
    simdjson::dom::element root;
    if (line.find('\n') + 1 != line.size() || parser_.parse(line).get(root) != simdjson::SUCCESS) {
      return false;
    }
    ++seen_;
    shape_ = 0;
    fresh_ = false;
    if (!walk(root, 0, {})) return false;
    if (shapes_.insert(shape_).second || fresh_) lines_.push_back(line);
    return true;
  }

  [[nodiscard]] std::size_t seen() const { return seen_; }
  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }

 private:
  static std::uint64_t hash(std::string_view text) {
    std::uint64_t value = text.size();
    for (const char c : text) value = mix(value ^ static_cast<unsigned char>(c));
    return value;
  }

  // The words that the schema lists. Elements of arrays are features on their own: their
  // combinations would be too many.
  static bool listed(std::string_view key) {
    return key == "outcome" || key == "phase" || key == "cause" || key == "offered" ||
           key == "verb" || key == "version" || key == "verify_error" || key == "anomalies" ||
           key == "group" || key == "blame";
  }
  // Numbers and texts at the edges of what is allowed.
  static std::uint64_t number_class(double number) {
    return number < 0 ? 1 : number == 0 ? 2 : number < 200 ? 3 : number < 600 ? 4 : 5;
  }
  static std::uint64_t text_class(std::string_view text) {
    return text.empty() ? 1 : text.size() < 2 ? 2 : text.size() < 4096 ? 3 : 4;
  }

  void feature(std::uint64_t value, bool part_of_shape) {
    if (part_of_shape) shape_ += mix(value);
    fresh_ |= features_.insert(value).second;
  }

  [[nodiscard]] bool walk(const simdjson::dom::element& value, std::uint64_t path,
                          std::string_view key) {
    const std::uint64_t type = mix(path ^ (static_cast<std::uint64_t>(value.type()) << 32U));
    if (simdjson::dom::object object; value.get(object) == simdjson::SUCCESS) {
      feature(type, true);
      std::unordered_set<std::string_view> keys;
      for (const auto member : object) {
        if (!keys.insert(member.key).second) return false;  // A key stands there twice.
        const bool free = key == "extensions";
        const std::uint64_t below = mix(path ^ (free ? 1 : hash(member.key)));
        if (!walk(member.value, below, free ? std::string_view{} : member.key)) return false;
      }
      return true;
    }
    if (simdjson::dom::array array; value.get(array) == simdjson::SUCCESS) {
      feature(type ^ (array.size() == 0 ? 0U : array.size() <= 512 ? 1U : 2U), true);
      for (const auto element : array) {
        if (!walk(element, mix(path), key)) return false;
      }
      return true;
    }
    if (std::string_view text; value.get(text) == simdjson::SUCCESS) {
      const bool word = listed(key);
      feature(type ^ (word ? hash(text) : text_class(text)), word && key != "anomalies");
    } else if (double number = 0; value.get(number) == simdjson::SUCCESS) {
      feature(type ^ number_class(number), false);
    } else {
      feature(type, true);
    }
    return true;
  }

  simdjson::dom::parser parser_;
  std::unordered_set<std::uint64_t> shapes_;
  std::unordered_set<std::uint64_t> features_;
  std::vector<std::string> lines_;
  std::size_t seen_ = 0;
  std::uint64_t shape_ = 0;
  bool fresh_ = false;
};

}  // namespace mxsweep::results
