// SPDX-License-Identifier: MIT
#include "mxsweep/core/invariant.h"

#include <cstdio>
#include <cstdlib>

namespace mxsweep {

void invariant_broken(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "mxsweep: bug: %s:%d: INVARIANT(%s) does not hold\n", file, line, condition);
  std::abort();
}

}  // namespace mxsweep
