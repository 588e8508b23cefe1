// SPDX-License-Identifier: MIT
// Shows the progress of a sweep on standard error: on a terminal one line that is overwritten,
// elsewhere a plain line every 10 s. A
// line that was asked for comes in any case.
#pragma once

#include <string>

#include "mxsweep/core/time.h"
#include "mxsweep/scan/scan.h"

namespace mxsweep::cli {

enum class ProgressStyle : std::uint8_t { none, terminal, plain };

class ProgressLine {
 public:
  explicit ProgressLine(ProgressStyle style) : style_(style) {}

  void show(const scan::Progress& progress);
  void clear();  // Before anything else is written to the terminal.

 private:
  void measure_rate(const scan::Progress& progress);
  [[nodiscard]] std::string text(const scan::Progress& progress) const;

  ProgressStyle style_;
  bool shown_ = false;
  Duration plain_shown_at_{};
  Duration rate_from_{};
  std::uint64_t rate_records_ = 0;
  double rate_ = 0;
};

}  // namespace mxsweep::cli
