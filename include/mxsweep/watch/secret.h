// SPDX-License-Identifier: MIT
// The secrets of the monitor's configuration.
#pragma once

#include "mxsweep/core/secret.h"

namespace mxsweep::watch {

using mxsweep::Secret;

}  // namespace mxsweep::watch
