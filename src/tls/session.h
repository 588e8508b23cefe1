// SPDX-License-Identifier: MIT
// Describes what was negotiated, with the names of the IANA registries.
//
//   Lifetime  the views are static.
#pragma once

#include <gnutls/gnutls.h>

#include "mxsweep/tls/facts.h"

namespace mxsweep::tls {

// Requires: the handshake is completed.
[[nodiscard]] Session describe(gnutls_session_t session);

// Requires: the server has chosen the version.
[[nodiscard]] std::string_view version_name(gnutls_session_t session);

}  // namespace mxsweep::tls
