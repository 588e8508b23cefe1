// SPDX-License-Identifier: MIT
// Reads a public key that stands by itself, as in DNS. Pure.
//
//   Source   RFC 5280 section 4.1.2.7 (SubjectPublicKeyInfo), RFC 8017 appendix A.1.1
//            (RSAPublicKey), RFC 8032 section 5.1.5 (Ed25519: 32 octets).
//   Limits   kPublicKeyOctetsMax octets; beyond, it is not looked at.
//   Errors   nothing: no key of these forms, or longer than that. Lack of memory is as of `new`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mxsweep::tls {

enum class PublicKeyKind : std::uint8_t { rsa, ed25519, other };

enum class PublicKeyForm : std::uint8_t {
  info,   // SubjectPublicKeyInfo: it names the kind.
  pkcs1,  // RSAPublicKey alone.
  raw,    // 32 octets; whether they are a point of the curve is not checked.
};

struct PublicKey {
  PublicKeyKind kind = PublicKeyKind::other;
  PublicKeyForm form = PublicKeyForm::info;
  std::size_t bits = 0;
  std::string words{};  // "RSA 2048", "Ed25519", "EC P-256"; of rare kinds the library's name.
};

// A key of 16,384 bits has 2,100.
inline constexpr std::size_t kPublicKeyOctetsMax = 4096;

[[nodiscard]] std::optional<PublicKey> read_public_key(std::string_view octets);

}  // namespace mxsweep::tls
