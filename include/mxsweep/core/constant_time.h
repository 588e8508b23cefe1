// SPDX-License-Identifier: MIT
// Compares secrets and signatures in a time that does not tell where they differ. Pure.
//
//   Errors   none.
#pragma once

#include <string_view>

namespace mxsweep {

// `a`: what a peer has sent; the time depends on its length alone.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace mxsweep
