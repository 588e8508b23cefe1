// SPDX-License-Identifier: MIT
// From the flags of `mxsweep scan` to the options of the sweep.
#pragma once

#include "cli/scan_flags.h"
#include "mxsweep/core/status.h"
#include "mxsweep/scan/scan.h"

namespace mxsweep::cli {

// Whether they make sense together.
[[nodiscard]] Status check_flags(const ScanFlags& flags);

// All but the canaries and what is asked of DNS beside. Reads the files that flags name, and raises
// the limit on open files. `resumption` may be null.
[[nodiscard]] Status set_options(ScanFlags& flags, const Resumption* resumption,
                                 scan::Options& options);

}  // namespace mxsweep::cli
