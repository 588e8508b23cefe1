// SPDX-License-Identifier: MIT
// Writes the "software" of a record.
//
//   Shape   begins with a comma.
//   Errors  none: names may be any UTF-8.
#pragma once

#include "mxsweep/core/software.h"
#include "mxsweep/results/json_text.h"

namespace mxsweep::results {

void write_software(const Software& software, JsonText& json);

}  // namespace mxsweep::results
