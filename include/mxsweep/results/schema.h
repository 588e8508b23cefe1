// SPDX-License-Identifier: MIT
// The record's contract as a JSON Schema (2020-12). Its closed lists are made from core's own
// words, so that the two cannot drift apart.
#pragma once

#include <string>

namespace mxsweep::results {

inline constexpr int kSchemaVersion = 1;

[[nodiscard]] std::string schema_json();

}  // namespace mxsweep::results
