// SPDX-License-Identifier: MIT
// What went wrong, in our words: the alerts of TLS, and the errors of the TLS library.
//
//   Source    RFC 8446 section 6, RFC 5246 section 7.2, the IANA registry of TLS alerts.
//   Lifetime  texts are static.
#pragma once

#include <string_view>

#include "mxsweep/tls/engine.h"

namespace mxsweep::tls {

// "handshake_failure"; "unknown" for a number without a name.
[[nodiscard]] std::string_view alert_name(int alert);

// What a fatal alert of the peer says about it. `certificate_requested`: it had asked us for one.
[[nodiscard]] Failure failure_of_alert(int alert, bool certificate_requested);

// What a fatal error of the library says about the peer. Requires: not an alert of the peer.
[[nodiscard]] Failure failure_of_error(int error);

}  // namespace mxsweep::tls
