// SPDX-License-Identifier: MIT
#include "mxsweep/results/certificate_line.h"

#include <array>
#include <string_view>

#include "results/base64.h"
#include "results/json_text.h"
#include "results/json_tls.h"

namespace mxsweep::results {
namespace {

// A line of PEM is 64 characters (RFC 7468 section 2). Nothing in it needs escaping but its end.
constexpr std::size_t kPemLineOctets = 48;

void write_pem(std::string_view der, JsonText& json) {
  json.raw(",\"pem\":\"-----BEGIN CERTIFICATE-----\\n");
  std::array<char, base64_size(kPemLineOctets)> line;
  while (!der.empty()) {
    const std::string_view octets = der.substr(0, kPemLineOctets);
    const char* const end = write_base64(octets, line.data());
    json.raw({line.data(), static_cast<std::size_t>(end - line.data())});
    json.raw("\\n");
    der.remove_prefix(octets.size());
  }
  json.raw("-----END CERTIFICATE-----\\n\"");
}

}  // namespace

void append_certificate(const tls::Certificate& certificate, std::string& out) {
  JsonText json(out);
  json.raw("{\"v\":1,");
  write_certificate(certificate, json);
  if (!certificate.der.empty()) write_pem(certificate.der, json);
  json.raw("}\n");
}

}  // namespace mxsweep::results
