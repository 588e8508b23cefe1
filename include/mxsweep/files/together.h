// SPDX-License-Identifier: MIT
// All files of a command, looked at together before one of them is touched.
//
//   Shape     each can be written, and none is another or one that is read: the same device and
//             inode, by whatever path, link or spelling, whether it is there already or not.
//             Devices and pipes may be shared, and so may what was open before we began.
//   Errors    the sentence begins with the path. Whatever the result, what was there is as it was.
#pragma once

#include <string>
#include <vector>

#include "mxsweep/core/status.h"

namespace mxsweep::files {

struct Named {
  std::string path;     // Empty: not asked for. "-": `minus`.
  std::string purpose;  // "the list", "--certs"
  int minus = -1;
};

Status check_together(const std::vector<Named>& read, const std::vector<Named>& written);

}  // namespace mxsweep::files
