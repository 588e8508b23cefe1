// SPDX-License-Identifier: MIT
// What became of one step of a script.
//
//   Units     octets; `took` from the command, or the begin of the phase, to the end of its reply.
#pragma once

#include <cstddef>
#include <string>

#include "mxsweep/core/time.h"
#include "mxsweep/roundtrip/verdict.h"

namespace mxsweep::roundtrip {

inline constexpr std::size_t kReplyOctetsKept = 500;

struct PhaseTime {
  Phase phase = Phase::connect;
  Duration took{};
};

struct StepResult {
  std::size_t step = 0;  // Its number in the script, counted from 0.
  Phase phase = Phase::connect;
  Duration took{};
  int code = 0;         // Of the reply; 0: none.
  std::string reply{};  // Its text, with LF between lines; cut at kReplyOctetsKept.
  std::string fault{};  // Empty: as expected.
};

}  // namespace mxsweep::roundtrip
