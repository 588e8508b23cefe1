// SPDX-License-Identifier: MIT
#include "mxsweep/tls/client_hello.h"

#include <algorithm>
#include <utility>

#include "mxsweep/core/address.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/core/random.h"
#include "tls/extensions.h"

namespace mxsweep::tls {
namespace {

constexpr std::size_t kHelloOctetsMax = 16'384;
constexpr std::uint16_t kGrease = 0x5a5a;  // RFC 8701 section 2: one of sixteen like it.

constexpr std::uint16_t kSupportedGroups = 10;
constexpr std::uint16_t kPointFormats = 11;
constexpr std::uint16_t kSignatureAlgorithms = 13;
constexpr std::uint16_t kExtendedMasterSecret = 23;
constexpr std::uint16_t kRenegotiationInfo = 0xff01;

constexpr std::uint16_t kX25519 = 29;
constexpr std::uint16_t kOfferedGroups[] = {kX25519, 23, 24, 25, 30,  22,  26,
                                            27,      28, 21, 19, 256, 257, 258};
// Old ones too, so that no server refuses for the signature of its own certificate.
constexpr std::uint16_t kOfferedSignatures[] = {
    0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0603, 0x0806, 0x0601, 0x0807, 0x0808,
    0x0809, 0x080a, 0x080b, 0x0402, 0x0303, 0x0301, 0x0302, 0x0203, 0x0201, 0x0202, 0x0101,
};

// Octets with lengths in front of them, which are filled in when what they count is complete.
class Wire {
 public:
  void octet(unsigned value) { octets_.push_back(static_cast<char>(value)); }
  void number(unsigned value) {
    octet(value >> 8U & 0xffU);
    octet(value & 0xffU);
  }
  void text(std::string_view octets) { octets_.append(octets); }
  // Begins a part with a length of `size` octets in front, and returns where that is.
  [[nodiscard]] std::size_t open(std::size_t size) {
    octets_.append(size, '\0');
    return octets_.size() - size;
  }
  void close(std::size_t at, std::size_t size) {
    const std::size_t length = octets_.size() - at - size;
    INVARIANT(size > 2 || length < std::size_t{1} << 8U * size);
    for (std::size_t i = 0; i < size; ++i) {
      octets_[at + i] = static_cast<char>(length >> 8U * (size - 1 - i) & 0xffU);
    }
  }
  void random(Random& random, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) octet(random.below(256));
  }
  [[nodiscard]] std::string take() { return std::move(octets_); }
  [[nodiscard]] std::size_t size() const { return octets_.size(); }

 private:
  std::string octets_;
};

// An extension: its number, its length and what `body` writes.
template <typename Body>
void extension(Wire& wire, std::uint16_t number, const Body& body) {
  wire.number(number);
  const std::size_t at = wire.open(2);
  body();
  wire.close(at, 2);
}

template <typename Numbers>
void list_of(Wire& wire, const Numbers& numbers, bool grease) {
  const std::size_t at = wire.open(2);
  if (grease) wire.number(kGrease);
  for (const std::uint16_t number : numbers) wire.number(number);
  wire.close(at, 2);
}

void server_name(Wire& wire, std::string_view name) {
  extension(wire, extensions::kServerName, [&] {
    const std::size_t list = wire.open(2);
    wire.octet(0);  // A host name.
    const std::size_t at = wire.open(2);
    wire.text(name);
    wire.close(at, 2);
    wire.close(list, 2);
  });
}

void versions(Wire& wire, const HelloSpec& spec) {
  extension(wire, extensions::kSupportedVersions, [&] {
    const std::size_t at = wire.open(1);
    if (spec.grease) wire.number(kGrease);
    wire.number(kTls13);
    if (!spec.only_1_3) {
      for (const std::uint16_t version : {kTls12, kTls11, kTls10}) wire.number(version);
    }
    wire.close(at, 1);
  });
}

// Every 32 octets are a public key of X25519 (RFC 7748 section 5); no secret is ever computed.
void key_share(Wire& wire, Random& random) {
  extension(wire, extensions::kKeyShare, [&] {
    const std::size_t shares = wire.open(2);
    wire.number(kX25519);
    const std::size_t at = wire.open(2);
    wire.random(random, 32);
    wire.close(at, 2);
    wire.close(shares, 2);
  });
}

void alpn(Wire& wire, std::string_view protocol) {
  extension(wire, extensions::kAlpn, [&] {
    const std::size_t list = wire.open(2);
    const std::size_t at = wire.open(1);
    wire.text(protocol);
    wire.close(at, 1);
    wire.close(list, 2);
  });
}

void add_extensions(Wire& wire, const HelloSpec& spec, Random& random) {
  const std::size_t at = wire.open(2);
  if (spec.grease) extension(wire, kGrease, [] {});
  std::string_view name = spec.server_name;
  if (name.ends_with('.')) name.remove_suffix(1);
  if (!name.empty() && !parse_address(name)) server_name(wire, name);
  extension(wire, kExtendedMasterSecret, [] {});
  extension(wire, kRenegotiationInfo, [&] { wire.octet(0); });
  extension(wire, kSupportedGroups, [&] { list_of(wire, kOfferedGroups, spec.grease); });
  extension(wire, kPointFormats, [&] {
    wire.octet(1);
    wire.octet(0);  // Uncompressed.
  });
  extension(wire, kSignatureAlgorithms, [&] { list_of(wire, kOfferedSignatures, spec.grease); });
  if (!spec.alpn.empty()) alpn(wire, spec.alpn);
  if (spec.version_max >= kTls13) {
    versions(wire, spec);
    key_share(wire, random);
  }
  wire.close(at, 2);
}

}  // namespace

std::string client_hello(const HelloSpec& spec, std::uint64_t seed) {
  INVARIANT(!spec.bare || spec.version_max < kTls13);
  Random random(seed);
  Wire wire;
  wire.octet(22);  // A handshake record, of the version that every server has been able to read.
  wire.number(spec.version_max == kSsl3 ? kSsl3 : kTls10);
  const std::size_t record = wire.open(2);
  wire.octet(1);  // ClientHello.
  const std::size_t message = wire.open(3);
  wire.number(std::min(spec.version_max, kTls12));
  wire.random(random, 32);
  const std::size_t session = wire.open(1);
  if (spec.version_max >= kTls13) wire.random(random, 32);  // RFC 8446, D.4: compatibility.
  wire.close(session, 1);
  list_of(wire, spec.ciphers, spec.grease);
  wire.octet(1);
  wire.octet(0);  // No compression.
  if (!spec.bare && spec.version_max > kSsl3) add_extensions(wire, spec, random);
  wire.close(message, 3);
  INVARIANT(wire.size() <= kHelloOctetsMax);
  wire.close(record, 2);
  return wire.take();
}

}  // namespace mxsweep::tls
