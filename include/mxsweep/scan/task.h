// SPDX-License-Identifier: MIT
// Tasks: what a sweep works on. The feeder makes one of each address, and names::Names makes one of
// each server of a name.
#pragma once

#include "mxsweep/names/task.h"

namespace mxsweep::scan {

using names::describe;
using names::octets_held;
using names::Path;
using names::Resolved;
using names::Task;

}  // namespace mxsweep::scan
