// SPDX-License-Identifier: MIT
// Certificates for tests: how they are ordered with few words, and PEM to DER.
#pragma once

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

// The day on which these tests happen.
inline const WallTime kNow = day(2026, 11, 22) + std::chrono::hours{12};

inline CertificateOrder authority(std::string name) {
  CertificateOrder order;
  order.common_name = std::move(name);
  order.not_before = day(2020, 1, 1);
  order.not_after = day(2040, 1, 1);
  order.authority = true;
  return order;
}

inline CertificateOrder leaf(std::string name = "mx1.example.net") {
  CertificateOrder order;
  order.common_name = name;
  order.dns_names = {std::move(name)};
  order.not_before = day(2026, 10, 1);
  order.not_after = day(2026, 12, 30);
  return order;
}

// Of the first certificate in the text.
inline std::string der_of(std::string_view pem) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  pem.remove_prefix(pem.find('\n', pem.find("-----BEGIN")));
  std::string der;
  unsigned bits = 0;
  int count = 0;
  for (const char c : pem) {
    if (c == '-' || c == '=') break;
    const std::size_t digit = kAlphabet.find(c);
    if (digit == kAlphabet.npos) continue;
    bits = (bits << 6U | static_cast<unsigned>(digit)) & 0xffffU;
    count += 6;
    if (count >= 8) {
      count -= 8;
      der += static_cast<char>(bits >> static_cast<unsigned>(count) & 0xffU);
    }
  }
  return der;
}

}  // namespace mxsweep::tls::samples
