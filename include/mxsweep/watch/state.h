// SPDX-License-Identifier: MIT
// The state of a monitor, which results in a row decide (watch/health.h).
#pragma once

#include <cstdint>
#include <string_view>

namespace mxsweep::watch {

enum class State : std::uint8_t {
  unknown,  // No hard state yet: the first results decide.
  up,
  degraded,
  down,
};
[[nodiscard]] std::string_view to_string(State state);

}  // namespace mxsweep::watch
