// SPDX-License-Identifier: MIT
// How a sweep goes, on stderr: one line that is written over on a terminal, a plain line now and
// then elsewhere.
#pragma once

#include <string>

#include "mxsweep/core/time.h"
#include "mxsweep/scan/scan.h"

namespace mxsweep::cli {

enum class ProgressStyle : std::uint8_t { none, terminal, plain };

class ProgressLine {
 public:
  explicit ProgressLine(ProgressStyle style) : style_(style) {}

  void tell(const scan::Progress& progress);
  void clear();  // Before anything else is written to the terminal.

 private:
  [[nodiscard]] std::string text(const scan::Progress& progress);

  ProgressStyle style_;
  bool shown_ = false;
  Duration told_at_{};
  Duration rate_from_{};
  std::uint64_t rate_records_ = 0;
  double rate_ = 0;
};

}  // namespace mxsweep::cli
