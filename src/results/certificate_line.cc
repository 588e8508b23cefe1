// SPDX-License-Identifier: MIT
#include "mxsweep/results/certificate_line.h"

#include <charconv>

#include "mxsweep/results/json_text.h"
#include "mxsweep/tls/pem.h"
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

std::optional<tls::Digest> digest_of_certificate_line(std::string_view line) {
  constexpr std::string_view kBefore = "{\"v\":1,\"sha256\":\"";
  tls::Digest digest{};
  if (!line.starts_with(kBefore)) return std::nullopt;
  line.remove_prefix(kBefore.size());
  if (line.size() < 2 * digest.size()) return std::nullopt;
  for (std::uint8_t& octet : digest) {
    const auto [reached, error] = std::from_chars(line.data(), line.data() + 2, octet, 16);
    if (error != std::errc{} || reached != line.data() + 2) return std::nullopt;
    line.remove_prefix(2);
  }
  return digest;
}

}  // namespace mxsweep::results
