// SPDX-License-Identifier: MIT
// Reads one step of a script. Pure.
//
//   Errors   problems of the context; then the step is not to be used.
#pragma once

#include <string>
#include <vector>

#include "config/fields.h"
#include "mxsweep/roundtrip/script.h"

namespace mxsweep::config {

// What earlier steps leave for later ones.
struct ScriptReading {
  std::vector<std::string> variables{"token", "user"};
  bool connected = false;
  bool opening = false;  // Nothing was sent yet but what leads to TLS.
  bool fetched = false;
  bool trusts_server = false;  // There is an authserv_id.
};

[[nodiscard]] roundtrip::Step read_step(Fields& fields, Context& context, ScriptReading& reading);

}  // namespace mxsweep::config
