// SPDX-License-Identifier: MIT
// Maps TLS alerts and errors of the TLS library to Failure.
//
//   Source    RFC 8446 section 6, RFC 5246 section 7.2, the IANA registry of TLS alerts.
//   Lifetime  texts are static.
#pragma once

#include <string_view>

#include "mxsweep/tls/engine.h"

namespace mxsweep::tls {

// "handshake_failure"; "unknown" for a number that is not registered.
[[nodiscard]] std::string_view alert_name(int alert);

// For a fatal alert received from the peer. `certificate_requested`: it had requested a certificate
// from us.
[[nodiscard]] Failure failure_of_alert(int alert, bool certificate_requested);

// For a fatal error of the library. Requires: not one that reports an alert of the peer.
[[nodiscard]] Failure failure_of_error(int error);

}  // namespace mxsweep::tls
