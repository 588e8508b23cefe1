// SPDX-License-Identifier: MIT
#include "mxsweep/tls/facts.h"

#include "mxsweep/core/invariant.h"

namespace mxsweep::tls {

std::string_view to_string(VerifyError error) {
  switch (error) {
    case VerifyError::none: return "none";
    case VerifyError::certificate_expired: return "certificate-expired";
    case VerifyError::certificate_not_trusted: return "certificate-not-trusted";
    case VerifyError::certificate_host_mismatch: return "certificate-host-mismatch";
    case VerifyError::validation_failure: return "validation-failure";
  }
  INVARIANT(false && "an error outside its list");
  return {};
}

}  // namespace mxsweep::tls
