// SPDX-License-Identifier: MIT
// What a sweep works on: tasks, as names::Names makes them of names and the feeder of addresses.
#pragma once

#include "mxsweep/names/task.h"

namespace mxsweep::scan {

using names::describe;
using names::octets_held;
using names::Path;
using names::Resolved;
using names::Task;

}  // namespace mxsweep::scan
