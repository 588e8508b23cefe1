// SPDX-License-Identifier: MIT
#include "mxsweep/roundtrip/certificate_check.h"

#include "mxsweep/tls/facts.h"

namespace mxsweep::roundtrip {

std::optional<std::string> fault_of(const CertificateCheck& check, const probe::Observation& seen,
                                    WallTime now) {
  if (seen.chain() == nullptr) return "there is no certificate, because TLS did not begin";
  tls::Facts facts;
  tls::judge(*seen.chain(), check.host, now, facts);
  if (check.verify && !facts.verified) {
    return "the certificate is not valid for " + std::string(check.host) + ": " +
           std::string(to_string(facts.verify_error));
  }
  if (check.days_left == 0) return std::nullopt;
  if (facts.days_left && *facts.days_left > static_cast<std::int64_t>(check.days_left)) {
    return std::nullopt;
  }
  if (!facts.days_left) return "the certificate has no end that can be read";
  return "the certificate ends in " + std::to_string(*facts.days_left) + " days";
}

}  // namespace mxsweep::roundtrip
