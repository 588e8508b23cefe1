// SPDX-License-Identifier: MIT
// How many random cases the tests try.
//
//   Shape    MXSWEEP_BRIEF is 0 or 1: the CMake option, which is on under a sanitizer.
#pragma once

#include <cstdint>

namespace mxsweep {

// Of `all` that a test tries otherwise: where each takes ten times as long, a tenth.
constexpr std::uint64_t cases_of(std::uint64_t all) { return MXSWEEP_BRIEF ? (all + 9) / 10 : all; }

}  // namespace mxsweep
