// SPDX-License-Identifier: MIT
// What an enumeration of TLS has found, as text for a person.
//
//   Errors    none: names from a certificate are made printable.
#pragma once

#include <string>

#include "mxsweep/tls/enumeration.h"

namespace mxsweep::cli {

// Lines, each with its end.
[[nodiscard]] std::string enumeration_text(const tls::Enumeration& found);

}  // namespace mxsweep::cli
