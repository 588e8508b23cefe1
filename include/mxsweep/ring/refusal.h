// SPDX-License-Identifier: MIT
// Explains why this machine cannot run an io_uring engine, and what to do about it.
//
//   Source   io_uring_setup(2) ERRORS; kernel.io_uring_disabled (6.6); the default seccomp profiles
//            of container runtimes since 2023, which return EPERM.
#pragma once

#include <string>

namespace mxsweep::ring {

struct Refusal {
  std::string cause;  // One line: what was refused.
  std::string cure;   // One line: what to do.
};

// Explains the errno of a system call of io_uring on this machine.
[[nodiscard]] Refusal explain_refusal(int error, const char* call = "io_uring_setup");

// Explains the errno of an open ring that has failed (Ring::failure()).
[[nodiscard]] Refusal explain_failure(int error);

}  // namespace mxsweep::ring
