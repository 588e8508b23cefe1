// SPDX-License-Identifier: MIT
#include "mxsweep/results/certificate_line.h"

#include "mxsweep/tls/pem.h"
#include "results/json_text.h"
#include "results/json_tls.h"

namespace mxsweep::results {

void append_certificate(const tls::Certificate& certificate, std::string& out) {
  JsonText json(out);
  json.raw("{\"v\":1,");
  write_certificate(certificate, json);
  if (!certificate.der.empty()) {
    json.raw(",\"pem\":");
    json.quoted(tls::certificate_pem(certificate.der), Encoding::ascii);
  }
  json.raw("}\n");
}

}  // namespace mxsweep::results
