// SPDX-License-Identifier: MIT
// The schema's text in two halves. Each @name@ in it stands for the words of a closed list, which
// schema.cc puts there.
#pragma once

#include <string_view>

namespace mxsweep::results {

extern const std::string_view kRecordSchema;       // From the opening bracket up to "$defs".
extern const std::string_view kSchemaDefinitions;  // "$defs", to the closing bracket.

}  // namespace mxsweep::results
