// SPDX-License-Identifier: MIT
// What a list holds, by a sample of its beginning: for --check, which sends nothing.
//
//   Units    lines and targets; a prefix counts as all its targets.
//   Errors   the list cannot be read, or is none; the sentence is without its name.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mxsweep/core/status.h"
#include "mxsweep/files/list.h"

namespace mxsweep::scan {

inline constexpr std::uint64_t kSurveyLinesMax = 10'000;
inline constexpr std::size_t kSurveyOctetsMax = 16 * 1024 * 1024;
// A line that stands for more targets than this deserves a warning: 2^20 at the default rate of 500
// a second take half an hour.
inline constexpr std::uint64_t kHugeTargets = std::uint64_t{1} << 20;

struct ListSurvey {
  bool sampled = false;  // Else it is not a regular file: reading it would take it from the sweep.
  bool whole = false;    // The sample is the whole list.
  std::uint64_t lines = 0;
  std::uint64_t skipped = 0;
  std::uint64_t invalid = 0;
  std::uint64_t targets = 0;  // 2^64 - 1: that many or more.
  std::string first_invalid;  // "line 7: input.syntax: what stands there".
  std::uint64_t largest = 0;  // Targets of the line that stands for the most.
  std::uint64_t largest_line = 0;
  std::string largest_text;
};

// Leaves the file where it was.
Result<ListSurvey> survey_list(const files::ListSource& source,
                               const std::vector<std::uint16_t>& ports, bool mail_domains);

}  // namespace mxsweep::scan
