// SPDX-License-Identifier: MIT
// Anomalies that no reply and no certificate shows by itself: replies are compared with each other
// and with the name that led to the server, certificates with those of their issuers.
//
//   Source    RFC 5321 sections 4.1.1.1, 4.2 (a server gives its name); RFC 3207 section 4.2
//             (STARTTLS is not offered under TLS); RFC 4954 section 4 (passwords in clear).
//   Lifetime  nothing is kept. Nothing is allocated.
//   Errors    none. Where replies do not show it for certain, there is no anomaly.
#pragma once

#include <string_view>

#include "mxsweep/core/anomaly.h"
#include "mxsweep/tls/facts.h"

namespace mxsweep::probe {

// Complete replies of success, with their codes; empty: there was none.
struct Compared {
  std::string_view greeting{};
  std::string_view ehlo{};      // To EHLO, not to HELO.
  std::string_view ehlo_tls{};  // After STARTTLS.
  bool secured = false;         // TLS came before the greeting.
};

// The anomalies that do not depend on a name.
[[nodiscard]] AnomalySet compare(const Compared& replies);

// Whether the server has given itself a name, and none that is `name`.
[[nodiscard]] bool has_other_name(const Compared& replies, std::string_view name);

// Whether a certificate on the path to the authority expires a day or more before the server's own.
[[nodiscard]] bool issuer_ends_first(const tls::Chain& chain);

}  // namespace mxsweep::probe
