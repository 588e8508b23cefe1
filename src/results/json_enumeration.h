// SPDX-License-Identifier: MIT
// Writes the record's "tls_enumeration" object.
//
//   Shape     Keys in the schema's order. What is not known is "unknown" or absent.
//   Errors    none.
#pragma once

#include "mxsweep/results/json_text.h"
#include "mxsweep/tls/enumeration.h"

namespace mxsweep::results {

// A comma, the key and the object.
void write_enumeration(const tls::Enumeration& found, JsonText& json);

}  // namespace mxsweep::results
