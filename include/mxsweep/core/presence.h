// SPDX-License-Identifier: MIT
// Whether a record exists: `no` only after an answer that decides it, never because of a failure.
#pragma once

#include <cstdint>
#include <string_view>

namespace mxsweep {

enum class Presence : std::uint8_t { unknown, no, yes };

[[nodiscard]] constexpr std::string_view to_string(Presence presence) {
  return presence == Presence::yes ? "yes" : presence == Presence::no ? "no" : "unknown";
}

}  // namespace mxsweep
