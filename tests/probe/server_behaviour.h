// SPDX-License-Identifier: MIT
// What a server of the tests does under TLS and before it, and the certificates that it sends.
#pragma once

#include <memory>
#include <string>

#include "mxsweep/core/time.h"
#include "mxsweep/tls/authorities.h"
#include "mxsweep/tls/issue.h"
#include "mxsweep/tls/server.h"

namespace mxsweep::probe {

inline const WallTime kToday{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};

// An authority, and a certificate of its for mx.test.
struct Papers {
  explicit Papers(std::chrono::seconds authority_life = std::chrono::days{1000}) {
    authority = tls::issue({.common_name = "an authority",
                            .not_before = kToday - std::chrono::days{10},
                            .not_after = kToday + authority_life,
                            .authority = true});
    leaf = tls::issue({.common_name = "mx.test",
                       .dns_names = {"mx.test"},
                       .serial = 2,
                       .not_before = kToday - std::chrono::days{10},
                       .not_after = kToday + std::chrono::days{80}},
                      &authority);
  }
  tls::IssuedCertificate authority;
  tls::IssuedCertificate leaf;
};

inline const Papers& papers() {
  static const Papers all;
  return all;
}

// What the server does when it has received a line of clear text or, in hello(), the client's first
// octets of TLS.
struct ServerBehaviour {
  std::string ehlo = "250-mx.test\r\n250-STARTTLS\r\n250 SIZE 1000\r\n";
  bool ehlo_closes = false;  // FIN after that reply.
  std::string starttls = "220 go ahead\r\n";
  std::string ehlo_tls = "250-mx.test\r\n250 SIZE 1000\r\n";
  std::string quit = "221 bye\r\n";
  std::string hello;                          // Sent instead of the handshake.
  bool hello_closes = false;                  // FIN after that, instead of the handshake.
  bool hello_hangs = false;                   // Sends nothing instead of the handshake.
  std::size_t cut_after = std::string::npos;  // FIN after this many octets of the handshake.
  std::string before_handshake;               // Clear text before the handshake's first octet.
  bool starttls_at_once = false;              // The reply to STARTTLS was sent before it.
  std::string before_ehlo_tls;                // Sent under TLS before any command.
  bool before_ehlo_tls_closes = false;        // After that, close_notify and FIN.
  bool close_notify = true;                   // Sent after the reply to QUIT.
  bool waits_for_close_notify = false;        // Sent only as the answer to the client's.
  bool implicit = false;
  const Papers* papers = &probe::papers();
  tls::ServerOptions tls;
};

inline std::shared_ptr<const tls::Authorities> trusting(const tls::IssuedCertificate& authority) {
  return *tls::read_authorities(authority.certificate_pem);
}

}  // namespace mxsweep::probe
