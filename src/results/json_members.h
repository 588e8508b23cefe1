// SPDX-License-Identifier: MIT
// Writes the members of one JSON object: the commas between them, and values of the kinds that
// several writers have.
//
//   Shape     The caller writes the braces.
//   Lifetime  the JsonText outlives it.
#pragma once

#include <string_view>

#include "mxsweep/core/time.h"
#include "mxsweep/results/json_text.h"
#include "mxsweep/tls/facts.h"

namespace mxsweep::results {

class Members {
 public:
  explicit Members(JsonText& json) : json_(json) {}

  JsonText& key(std::string_view name) {
    json_.raw(first_ ? "\"" : ",\"");
    json_.raw(name);
    json_.raw("\":");
    first_ = false;
    return json_;
  }
  void text(std::string_view name, std::string_view octets, Encoding encoding) {
    key(name).quoted(octets, encoding);
  }
  // A word of our own, if not empty.
  void word(std::string_view name, std::string_view word) {
    if (!word.empty()) text(name, word, Encoding::ascii);
  }
  void yes_or_no(std::string_view name, bool value) { key(name).raw(value ? "true" : "false"); }
  void digest(std::string_view name, const tls::Digest& digest) {
    key(name).raw("\"");
    json_.hexadecimal(digest);
    json_.raw("\"");
  }
  void second(std::string_view name, WallTime time) {
    if (can_be_written(time)) key(name).wall_second(time);
  }

 private:
  JsonText& json_;
  bool first_ = true;
};

}  // namespace mxsweep::results
