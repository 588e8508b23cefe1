// SPDX-License-Identifier: MIT
// What a sweep says about itself to servers that are not its own.
#pragma once

#include <cstdint>
#include <string>

namespace mxsweep::scan {

// A sweep of more foreign targets is announced.
inline constexpr std::uint64_t kForeignTargetsQuiet = 256;

struct IdentityOptions {
  std::string helo;  // The name of EHLO; empty: nothing is checked.
  // Foreign servers are visited only if the name belongs to us (names/identity.h).
  bool check = true;
};

}  // namespace mxsweep::scan
