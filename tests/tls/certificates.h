// SPDX-License-Identifier: MIT
// Certificates for tests: short ways to specify them, and PEM to DER.
#pragma once

#include <gnutls/gnutls.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/tls/issue.h"

namespace mxsweep::tls::samples {

inline WallTime day(int year, unsigned month, unsigned day) {
  return std::chrono::sys_days{std::chrono::year{year} / static_cast<int>(month) /
                               static_cast<int>(day)};
}

// The day on which these tests take place.
inline const WallTime kNow = day(2026, 11, 22) + std::chrono::hours{12};

inline CertificateSpec authority(std::string name) {
  CertificateSpec order;
  order.common_name = std::move(name);
  order.not_before = day(2020, 1, 1);
  order.not_after = day(2040, 1, 1);
  order.authority = true;
  return order;
}

inline CertificateSpec leaf(std::string name = "mx1.example.net") {
  CertificateSpec order;
  order.common_name = name;
  order.dns_names = {std::move(name)};
  order.not_before = day(2026, 10, 1);
  order.not_after = day(2026, 12, 30);
  return order;
}

// Of the first certificate in the text.
inline std::string der_of(std::string_view pem) {
  const gnutls_datum_t text{
      reinterpret_cast<unsigned char*>(const_cast<char*>(pem.data())),
      static_cast<unsigned>(pem.size()),
  };
  gnutls_datum_t octets{};
  if (gnutls_pem_base64_decode2("CERTIFICATE", &text, &octets) < 0) return {};
  std::string der(reinterpret_cast<const char*>(octets.data), octets.size);
  gnutls_free(octets.data);
  return der;
}

}  // namespace mxsweep::tls::samples
