// SPDX-License-Identifier: MIT
// Whether a chain leads to one given anchor, and to no other: what TLSA records of usage DANE-TA
// ask for. Also what TLSA records are compared with. Pure.
//
//   Source    RFC 5280 section 6, for TLS servers; RFC 6698 section 2.1 (selector, matching type),
//             RFC 7671 section 5.2 (DANE-TA).
//   Shape     `der`: the certificates as sent, leaf first. Those beyond kChainCertificatesMax are
//             not looked at. Names are not compared.
//   Cost      a signature for each certificate of the path: some 0.1 ms each with usual keys. The
//             limits of tls/limits.h hold; a certificate beyond them is on no path.
//   Lifetime  nothing views the octets afterwards; views returned are of the input.
//   Errors    nothing: not enough memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "mxsweep/core/time.h"
#include "mxsweep/tls/facts.h"

namespace mxsweep::tls {

enum class AnchorKind : std::uint8_t {
  sent,         // One of the certificates sent. It need not be self-signed.
  certificate,  // A certificate that need not have been sent.
  key,          // A SubjectPublicKeyInfo, which has signed one of the certificates on the path.
};

struct Anchor {
  AnchorKind kind = AnchorKind::sent;
  std::size_t place = 0;      // sent: its index. Requires: not the leaf's, and within the chain.
  std::string_view octets{};  // certificate, key: in DER.
};

// none: signatures, purposes and, at `now`, the dates of the leaf, of all certificates between and
// of the anchor hold. certificate_not_trusted: no path leads to the anchor, or the anchor cannot be
// read. Never certificate_host_mismatch.
[[nodiscard]] std::optional<VerifyError> verify_to_anchor(std::span<const std::string_view> der,
                                                          const Anchor& anchor, WallTime now);

using WideDigest = std::array<std::uint8_t, 64>;  // SHA-512

[[nodiscard]] Digest sha256_of(std::string_view octets);
[[nodiscard]] WideDigest sha512_of(std::string_view octets);

// The SubjectPublicKeyInfo of a certificate; empty if it is not one.
[[nodiscard]] std::string_view public_key_info(std::string_view certificate);

// Whether an anchor from DNS can be read: a whole certificate, or a whole key of a known kind.
[[nodiscard]] bool is_certificate(std::string_view der);
[[nodiscard]] bool is_public_key(std::string_view der);

}  // namespace mxsweep::tls
