// SPDX-License-Identifier: MIT
// The name that a greeting gives to its server.
//
//   Source    RFC 5321 section 4.2: the name is the first word.
//   Lifetime  the name views the line.
//   Errors    none: empty if there is no name.
#pragma once

#include <string_view>

namespace mxsweep::smtp {

// `first_line`: the text of the greeting's first line. Its first word, if that may be a host name
// or an address literal. Servers that hide their name greet with a row of asterisks; some have no
// name at all and begin with "ESMTP".
[[nodiscard]] std::string_view host_of_greeting(std::string_view first_line);

}  // namespace mxsweep::smtp
