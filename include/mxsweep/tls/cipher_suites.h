// SPDX-License-Identifier: MIT
// The cipher suites and groups of TLS by number, for hellos that are built and read without the
// library.
//
//   Source    the IANA registries "TLS Cipher Suites" and "TLS Supported Groups".
//   Lifetime  everything is static.
//   Errors    a number that is not in the table has no row.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace mxsweep::tls {

// The numbers of the versions, as in ClientHello and ServerHello.
inline constexpr std::uint16_t kSsl3 = 0x0300;
inline constexpr std::uint16_t kTls10 = 0x0301;
inline constexpr std::uint16_t kTls11 = 0x0302;
inline constexpr std::uint16_t kTls12 = 0x0303;
inline constexpr std::uint16_t kTls13 = 0x0304;

// "TLSv1.3", "SSLv3"; empty: another number.
[[nodiscard]] std::string_view version_text(std::uint16_t version);

struct CipherSuite {
  std::uint16_t number;
  std::uint16_t since;    // The first version that has it.
  std::string_view name;  // IANA's.

  // Whether a ServerHello of this version may choose it.
  [[nodiscard]] constexpr bool fits(std::uint16_t version) const {
    return version >= kTls13 ? since == kTls13 : since <= version || since == kTls10;
  }
};

// All that an enumeration offers, in that order.
[[nodiscard]] std::span<const CipherSuite> cipher_suites();
[[nodiscard]] const CipherSuite* find_cipher_suite(std::uint16_t number);  // Null: no row.

// As in Session::group: "X25519", "P-256"; empty: no row.
[[nodiscard]] std::string_view group_text(std::uint16_t group);

}  // namespace mxsweep::tls
