// SPDX-License-Identifier: MIT
// Reads a file whole, or replaces one atomically: writes a temporary file in the same folder and
// renames it.
//
//   Shape     check_together() checks beforehand that it can be written. An inherited descriptor, a
//             device or a FIFO is written to directly. So is a file that cannot be replaced: its
//             folder does not allow a new file, or the file is a mount point.
//   Errors    the sentence of the Status begins with the path.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/core/status.h"

namespace mxsweep::files {

// Whether the text must survive a loss of power; else it may be lost, as a whole, for some seconds.
enum class Durable : std::uint8_t { yes, no };

// `minus`: the descriptor that "-" stands for.
Status write_whole(const std::string& path, std::string_view text, int minus = 1,
                   Durable durable = Durable::yes);

// Every octet of it, or an error.
Result<std::string> read_whole(const std::string& path);

}  // namespace mxsweep::files
