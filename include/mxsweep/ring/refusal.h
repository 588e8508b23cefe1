// SPDX-License-Identifier: MIT
// Why this machine cannot run an io_uring engine, by name, and what to do about it.
//
//   Source   io_uring_setup(2) ERRORS; kernel.io_uring_disabled (6.6); the default seccomp profiles
//            of container runtimes since 2023, which answer EPERM.
#pragma once

#include "mxsweep/core/status.h"

namespace mxsweep::ring {

// What the errno of that system call of io_uring means on this machine.
Status explain_refusal(int error, const char* call = "io_uring_setup");

// The same for a ring that was open and has failed (Ring::failure()): the call and its error.
Status explain_failure(int error);

}  // namespace mxsweep::ring
