// SPDX-License-Identifier: MIT
// What is said of an incident beside its members: how they fail, and what in its neighbourhood
// works. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/core/outcome.h"

namespace mxsweep::watch {

// The most frequent pair of phase and cause; on a tie the earlier phase, then the cause's order.
class Ways {
 public:
  void add(Phase phase, Cause cause);

  struct Dominant {
    Phase phase = Phase::connect;
    Cause cause = Cause::none;
    std::uint8_t percent = 100;
  };
  [[nodiscard]] Dominant dominant() const;  // Requires: add() was called.

 private:
  std::array<std::uint32_t, kPhaseCount * kCauseCount> counts_{};
  std::uint32_t all_ = 0;
};

// "The other 9,600 monitors of example.net are well." Empty if there are no others.
[[nodiscard]] std::string others_text(std::string_view mx_operator, std::uint32_t others,
                                      std::uint32_t well);
// "Probed again, 2 of 3 healthy monitors beside them answer."
[[nodiscard]] std::string controls_text(std::uint32_t asked, std::uint32_t answered);

}  // namespace mxsweep::watch
