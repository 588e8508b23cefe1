// SPDX-License-Identifier: MIT
// A small file that is there as a whole or as it was before: written beside its place and renamed.
//
//   Shape     check_together() finds out beforehand whether it can be written. A path that names a
//             descriptor of ours, a device or a FIFO is written to as it is; so is a file whose
//             folder takes no other, or that is mounted there.
//   Errors    the sentence begins with the path.
#pragma once

#include <string>
#include <string_view>

#include "mxsweep/core/status.h"

namespace mxsweep::files {

// `minus`: the descriptor that "-" is.
Status write_whole(const std::string& path, std::string_view text, int minus = 1);

}  // namespace mxsweep::files
