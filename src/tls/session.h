// SPDX-License-Identifier: MIT
// What was negotiated, in the words of the IANA registries.
//
//   Lifetime  the views are static.
#pragma once

#include <gnutls/gnutls.h>

#include "mxsweep/tls/facts.h"

namespace mxsweep::tls {

// Requires: the handshake is done.
[[nodiscard]] Session describe(gnutls_session_t session);

// Requires: the server has said which.
[[nodiscard]] std::string_view version_name(gnutls_session_t session);

}  // namespace mxsweep::tls
