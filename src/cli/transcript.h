// SPDX-License-Identifier: MIT
// One conversation as a person wants to read it: line by line with its times, then the verdict and
// the certificates.
//
//   Shape     hear() for each event, conclude() once.
//   Errors    none; what a server said is printed so that it cannot rule the terminal.
#pragma once

#include <string>
#include <string_view>

#include "mxsweep/results/record.h"
#include "mxsweep/scan/single.h"
#include "mxsweep/targets/target.h"

namespace mxsweep::cli {

// Printable ASCII as it is, all else as \xHH.
[[nodiscard]] std::string printable(std::string_view octets);

class Transcript {
 public:
  explicit Transcript(bool colour) : colour_(colour) {}

  void hear(const targets::Target& target, const scan::Event& event) const;
  void conclude(const results::Record& record) const;

 private:
  [[nodiscard]] std::string painted(const char* colour, std::string_view text) const;
  void say(const scan::Event& event, const char* colour, std::string_view text) const;
  void lines(const scan::Event& event, const char* colour, const char* mark) const;
  void certificates(const results::Record& record) const;

  bool colour_;
};

}  // namespace mxsweep::cli
