// SPDX-License-Identifier: MIT
// The variables of a script: ${token}, ${user}, and what its steps have captured. Pure.
//
//   Errors   a variable without a value expands to nothing: the reader of scripts accepts only
//            names that exist, but a step that would capture one may not have run.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mxsweep::roundtrip {

class Variables {
 public:
  // Replaces an earlier value. Of the value only what is before the first control character is
  // kept: a server whose reply was captured must not add lines to what is sent.
  void set(std::string_view name, std::string value);
  [[nodiscard]] std::string_view get(std::string_view name) const;
  // The text with a value in place of each ${name}. A value is not expanded again.
  [[nodiscard]] std::string expand(std::string_view text) const;

 private:
  std::vector<std::pair<std::string, std::string>> values_;
};

}  // namespace mxsweep::roundtrip
