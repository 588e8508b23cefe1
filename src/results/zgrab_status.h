// SPDX-License-Identifier: MIT
// The status of a scan in zgrab2's words, from where and why a conversation ended.
//
//   Source    zgrab2's schema (STATUS_VALUES), and what its comments say that the words mean.
//             docs/from-zgrab2.md has this table for users.
#pragma once

#include <string_view>

#include "mxsweep/core/outcome.h"

namespace mxsweep::results {

inline constexpr std::string_view kZgrabSuccess = "success";

[[nodiscard]] std::string_view zgrab_status(Phase phase, Cause cause);

}  // namespace mxsweep::results
