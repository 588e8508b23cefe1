// SPDX-License-Identifier: MIT
// Checks all files of a command together, before any of them is changed.
//
//   Shape     each file to write must be writable, and must not be the same file as another one to
//             write or to read: same device and inode, whatever the path, link or spelling, and
//             whether it exists already or not. Exempt are devices, pipes, and a file that two
//             outputs have as descriptors open before the program started.
//   Errors    the sentence of the Status begins with the path. No file is changed or left behind,
//             whatever the result.
#pragma once

#include <string>
#include <vector>

#include "mxsweep/core/status.h"

namespace mxsweep::files {

struct Named {
  std::string path;     // Empty: not used. "-": the descriptor `minus`.
  std::string purpose;  // "the list", "--certs"
  int minus = -1;
};

Status check_together(const std::vector<Named>& read, const std::vector<Named>& written);

}  // namespace mxsweep::files
