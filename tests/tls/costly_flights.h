// SPDX-License-Identifier: MIT
// First flights that would take a client long if it computed with all that they hold: huge keys,
// long lists and chains, large groups. cost_test.cc says which of them are refused;
// bench/tls/hostile_bench.cc says how long a step takes with each.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tls/der.h"
#include "tls/hostile_certificates.h"
#include "tls/limits.h"

namespace mxsweep::tls::hostile {

inline constexpr std::size_t kPieceOctets = 2048;       // As received from the network.
inline constexpr std::size_t kCertificateMax = 63'000;  // Octets that fit into a flight.

inline constexpr std::string_view kEcdheRsa = "\xc0\x2f";
inline constexpr std::string_view kDheRsa("\x00\x9e", 2);
inline constexpr std::string_view kRsaAlone("\x00\x9c", 2);

// A server that signs with `key`; the signature is as long as the key.
inline std::string flight_of_key(const std::string& key, std::size_t bits,
                                 std::string_view scheme = "\x04\x01") {
  return flight({certificate({.key = key})}, kEcdheRsa, signed_x25519(scheme, bits / 8));
}

// A part of a certificate that can be repeated.
struct LongList {
  std::string_view what;
  std::string part;
  std::string (*made)(const std::string& parts);

  std::size_t fill() const { return kCertificateMax / part.size(); }
  // As long as the limit allows.
  std::size_t most() const { return (kElementsMax - 100) / count_elements(part); }
  std::string flight_of(std::size_t times) const {
    return flight({made(repeated(part, times))}, kRsaAlone, "");
  }
};

inline std::string with_names(const std::string& names) {
  return certificate({.extensions = names_extension(names)});
}
inline std::string with_purposes(const std::string& purposes) {
  return certificate({.extensions = purposes_extension(purposes)});
}

inline std::vector<LongList> long_lists() {
  using namespace std::string_view_literals;
  const std::string directory_name = element(0xa4, sequence(repeated(common_name("a"), 4)));
  const std::string odd_name = set(sequence(oid("\x2b\x09") + text("a")));
  const std::string longest_oid = oid("\x2a" + std::string(18, '\x01'));
  const auto in_subject = [](const std::string& parts) { return certificate({.subject = parts}); };
  const auto in_one_set = [](const std::string& parts) {
    return certificate({.subject = set(parts)});
  };
  const auto in_one_name = [](const std::string& parts) {
    return with_names(element(0xa4, sequence(parts)));
  };
  const auto in_extensions = [](const std::string& parts) {
    return certificate({.extensions = parts});
  };
  const auto in_policies = [](const std::string& parts) {
    return certificate({.extensions = extension("\x55\x1d\x20", sequence(parts))});
  };
  return {
      {"subject", common_name("a"), in_subject},
      {"subject of unknown parts", odd_name, in_subject},
      {"subject of one part", sequence(oid("\x55\x04\x03") + text("a")), in_one_set},
      {"DNS names", element(0x82, "mail.example.net"), with_names},
      {"short DNS names", element(0x82, "a"), with_names},
      {"addresses", element(0x87, "abcd"), with_names},
      {"directory names", directory_name, with_names},
      {"one directory name", common_name("a"), in_one_name},
      {"purposes", oid("\x2b\x06\x01\x04\x01"), with_purposes},
      {"long purposes", longest_oid, with_purposes},
      {"extensions", extension("\x2b\x06\x01\x04\x05", "\x05\0"sv), in_extensions},
      {"policies", sequence(oid("\x2b\x06\x01\x04\x05")), in_policies},
  };
}

// Certificates that fill a flight, each within the limits.
inline std::vector<std::vector<std::string>> long_chains() {
  std::vector<std::vector<std::string>> chains;
  for (const std::string& der : {with_names(repeated(element(0x82, "a"), 1'100)),
                                 with_purposes(repeated(oid("\x2b\x06\x01\x04\x01"), 400)),
                                 certificate({.subject = repeated(common_name("a"), 200)}),
                                 certificate({}), std::string()}) {
    chains.emplace_back(kCertificateMax / (der.size() + 3), der);
  }
  return chains;
}

// A Diffie-Hellman exchange in a group of the server's own.
inline std::string flight_of_group(std::size_t bits) {
  const std::string prime(bits / 8, '\xff');
  const auto with_length = [](std::string_view value) {
    return number(value.size(), 2) + std::string(value);
  };
  const std::string exchange = with_length(prime) + with_length("\x02") +
                               with_length(prime.substr(1)) + "\x04\x01" +
                               with_length(std::string(256, 's'));
  return flight({certificate({})}, kDheRsa, exchange);
}

}  // namespace mxsweep::tls::hostile
