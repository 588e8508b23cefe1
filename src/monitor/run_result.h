// SPDX-License-Identifier: MIT
// What a run of a [[check]] came to. Pure.
//
//   Source   of programs: the plugins of Nagios (Monitoring Plugins Development Guidelines): the
//            exit status, and a first line "TEXT | PERFORMANCE DATA".
//   Units    at most kRunTextOctetsMax octets of each text; any octets.
//   Errors   what was not a result of the check has a cause of our own side: it says nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "mxsweep/core/outcome.h"
#include "mxsweep/core/time.h"
#include "mxsweep/programs/ending.h"

namespace mxsweep::monitor {

inline constexpr std::size_t kRunTextOctetsMax = 1024;

struct RunResult {
  std::uint64_t number = 0;  // Of the order.
  Cause cause = Cause::none;
  std::string text{};  // For people; of what is not well: why.
  std::string data{};  // Performance data.
  Instant began{};
  Duration took{};
};

// Sets cause, text and data.
void judge_program(const programs::Ending& ending, RunResult& result);

}  // namespace mxsweep::monitor
