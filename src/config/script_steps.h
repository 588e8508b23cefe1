// SPDX-License-Identifier: MIT
// Reads the steps of a script. Pure.
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
  bool opening = false;      // Nothing was sent yet but what leads to TLS.
  bool has_message = false;  // One is sent.
  bool fetched = false;
  bool trusts_server = false;  // There is an authserv_id.
};

// A server; a host without a name: absent or wrong.
[[nodiscard]] roundtrip::Endpoint read_place(Fields& fields, std::string_view key, bool sending);
// A mailbox, with those variables.
[[nodiscard]] std::string read_address(Fields& fields, std::string_view key,
                                       const std::vector<std::string>& variables);
// Appends those of "step".
void read_steps(Fields& fields, Context& context, roundtrip::Script& script);
[[nodiscard]] roundtrip::Step read_step(Fields& fields, Context& context, ScriptReading& reading);

}  // namespace mxsweep::config
