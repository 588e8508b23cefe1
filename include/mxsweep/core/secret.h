// SPDX-License-Identifier: MIT
// A password, token or key of a configuration. It has no operator<< and no formatter, so that it
// cannot reach a log, a plan or an error message by accident.
#pragma once

#include <string>
#include <utility>

namespace mxsweep {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  [[nodiscard]] bool empty() const { return value_.empty(); }
  // For the request that needs it, and for nothing else.
  [[nodiscard]] const std::string& reveal() const { return value_; }

  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::string value_;
};

}  // namespace mxsweep
