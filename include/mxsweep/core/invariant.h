// SPDX-License-Identifier: MIT
// INVARIANT(condition): a condition that holds unless this program has a bug. If it does not hold,
// the program aborts at once, with file and line, before it can write a wrong result.
//
// Never for anything that a peer, a user or the kernel can cause: those are error values.
// It is active in every build.
#pragma once

namespace mxsweep {

[[noreturn]] void invariant_broken(const char* condition, const char* file, int line);

}  // namespace mxsweep

#define INVARIANT(condition)                           \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::mxsweep::invariant_broken(#condition, __FILE__, __LINE__))
