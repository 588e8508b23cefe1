// SPDX-License-Identifier: MIT
// The fleet's own certificate authority: it issues the certificates of the personas, valid and
// flawed ones.
//
//   Source    RFC 5280; the names are those of host_name().
//   Shape     equip() gives every persona that speaks TLS its tls::Server; personas with the same
//             behaviour share one. Only the certificates that these personas need are issued.
//   Cost      an RSA key takes a tenth of a second or more, everything else milliseconds.
//   Errors    equip() names the persona whose behaviour no server can have.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/time.h"
#include "mxsweep/sink/persona.h"
#include "mxsweep/tls/issue.h"

namespace mxsweep::sink {

class Authority {
 public:
  explicit Authority(WallTime now);

  // The certificate that a scan must trust (PEM).
  [[nodiscard]] std::string_view root_pem() const { return root_.certificate_pem; }

  // Returns an empty string on success, otherwise what is wrong.
  [[nodiscard]] std::string equip(std::vector<Persona>& personas);

 private:
  struct Credentials;
  [[nodiscard]] Credentials credentials_for(const TlsBehaviour& behaviour);
  [[nodiscard]] tls::CertificateSpec leaf_spec(const TlsBehaviour& behaviour);
  [[nodiscard]] tls::IssuedCertificate issue_authority(const std::string& name,
                                                       const tls::IssuedCertificate* issuer);

  WallTime now_;
  std::uint64_t serial_ = 0;
  tls::IssuedCertificate root_;
  tls::IssuedCertificate intermediate_;
};

}  // namespace mxsweep::sink
