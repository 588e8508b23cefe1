// SPDX-License-Identifier: MIT
#include "mxsweep/core/constant_time.h"

#include <cstddef>

namespace mxsweep {

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t at = 0; at < a.size(); ++at) {
    const char other = b.empty() ? '\0' : b[at % b.size()];
    difference |= static_cast<unsigned char>(a[at] ^ other);
  }
  return difference == 0;
}

}  // namespace mxsweep
