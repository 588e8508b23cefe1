// SPDX-License-Identifier: MIT
// INVARIANT(condition): our own promise to ourselves. When it breaks the program is wrong, so it
// stops at once, with file and line, before it can write something untrue.
//
// Never for anything that a peer, a user or the kernel can cause: those are values.
// It stays on in every build.
#pragma once

namespace mxsweep {

[[noreturn]] void invariant_broken(const char* condition, const char* file, int line);

}  // namespace mxsweep

#define INVARIANT(condition)                           \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::mxsweep::invariant_broken(#condition, __FILE__, __LINE__))
