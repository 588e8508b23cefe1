// SPDX-License-Identifier: MIT
// Counts the lines and targets at the beginning of a list, for --check, which sends nothing.
//
//   Units    lines and targets; a prefix counts as all its targets.
//   Errors   unusable: the file cannot be read, or is not a list. The sentence does not name the
//            list.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mxsweep/core/status.h"
#include "mxsweep/files/list.h"

namespace mxsweep::scan {

inline constexpr std::uint64_t kSurveyLinesMax = 10'000;
inline constexpr std::size_t kSurveyOctetsMax = 16 * 1024 * 1024;
// A line of more targets than this gets a warning: at the default rate of 500 a second, 2^20
// targets take half an hour.
inline constexpr std::uint64_t kHugeTargets = std::uint64_t{1} << 20;

struct ListSurvey {
  bool sampled = false;  // False: not a regular file, whose lines the sweep could not read again.
  bool whole = false;    // The sample is the whole list.
  std::uint64_t lines = 0;
  std::uint64_t skipped = 0;
  std::uint64_t invalid = 0;
  std::uint64_t targets = 0;  // 2^64 - 1: that many or more.
  std::string first_invalid;  // "line 7: " and what is wrong with it.
  std::uint64_t largest = 0;  // Targets of the line with the most.
  std::uint64_t largest_line = 0;
  std::string largest_text;
};

// Leaves the file's read position as it was.
Result<ListSurvey> survey_list(const files::ListSource& source,
                               const std::vector<std::uint16_t>& ports, bool mail_domains);

}  // namespace mxsweep::scan
