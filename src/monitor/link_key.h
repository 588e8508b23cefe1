// SPDX-License-Identifier: MIT
// The key that signs links to acknowledge an incident: made once, kept in the state directory.
//
//   Shape    64 hexadecimal digits in link.key, which only its owner may read. To remove the file
//            and start again makes all links invalid that were sent.
//   Errors   io, with the path: the file can be neither read nor made.
#pragma once

#include <string>

#include "mxsweep/core/status.h"
#include "mxsweep/watch/secret.h"

namespace mxsweep::monitor {

// Requires: the directory exists.
Result<watch::Secret> link_key(const std::string& directory);

}  // namespace mxsweep::monitor
