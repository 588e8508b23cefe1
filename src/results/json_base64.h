// SPDX-License-Identifier: MIT
// Writes octets as a JSON string in base64.
//
//   Source    RFC 4648 section 4.
#pragma once

#include <string_view>

#include "mxsweep/results/json_text.h"

namespace mxsweep::results {

// With its quotes.
void write_base64(std::string_view octets, JsonText& json);

}  // namespace mxsweep::results
