// SPDX-License-Identifier: MIT
// The contract of the records as a JSON Schema (2020-12).
//
//   Source   src/results/record.schema.json; its closed lists, and what their words mean, are
//            filled in from the tables of core, so that they cannot diverge.
//   Errors   none.
#pragma once

#include <string>

namespace mxsweep::results {

inline constexpr int kSchemaVersion = 1;

// The text of the schema, as printed by `mxsweep schema`.
[[nodiscard]] std::string schema_json();

}  // namespace mxsweep::results
