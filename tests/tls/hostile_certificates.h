// SPDX-License-Identifier: MIT
// Certificates that no authority would sign, and the first flight of a server that sends them.
//
//   Shape     element() builds DER; the caller chooses sizes; signatures are invalid.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mxsweep::tls::hostile {

inline std::string number(std::size_t value, int octets) {
  std::string text;
  while (octets-- > 0) text += static_cast<char>(value >> 8U * static_cast<unsigned>(octets));
  return text;
}

inline std::string element(unsigned char tag, std::string_view content) {
  std::string der(1, static_cast<char>(tag));
  if (content.size() < 128) {
    der += static_cast<char>(content.size());
  } else {
    const int octets = content.size() < 256 ? 1 : content.size() < 65'536 ? 2 : 3;
    der += static_cast<char>(0x80 + octets);
    der += number(content.size(), octets);
  }
  return der.append(content);
}

inline std::string sequence(std::string_view content) { return element(0x30, content); }
inline std::string set(std::string_view content) { return element(0x31, content); }
inline std::string octets(std::string_view content) { return element(0x04, content); }
inline std::string text(std::string_view content) { return element(0x0c, content); }
inline std::string oid(std::string_view octets) { return element(0x06, octets); }
inline std::string bit_string(std::string_view content) {
  return element(0x03, '\0' + std::string(content));
}
// A number of `bits` bits, all of them set.
inline std::string integer(std::size_t bits) {
  return element(0x02, (bits % 8 == 0 ? std::string(1, '\0')
                                      : std::string(1, static_cast<char>((1U << bits % 8) - 1))) +
                           std::string(bits / 8, '\xff'));
}

inline std::string repeated(std::string_view part, std::size_t times) {
  std::string all;
  for (; times != 0; --times) all += part;
  return all;
}

inline std::string common_name(std::string_view name) {
  return set(sequence(oid("\x55\x04\x03") + text(name)));
}
inline std::string extension(std::string_view id, std::string_view content) {
  return sequence(oid(id) + octets(content));
}
inline std::string names_extension(std::string_view names) {
  return extension("\x55\x1d\x11", sequence(names));
}
inline std::string purposes_extension(std::string_view purposes) {
  return extension("\x55\x1d\x25", sequence(purposes));
}

inline constexpr std::string_view kRsa = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
inline constexpr std::string_view kRsaPss = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a";
inline constexpr std::string_view kSha256WithRsa = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b";
inline constexpr std::string_view kDsa = "\x2a\x86\x48\xce\x38\x04\x01";

inline std::string rsa_key(std::size_t modulus, std::size_t exponent,
                           std::string_view kind = kRsa) {
  return sequence(sequence(oid(kind) + element(5, "")) +
                  bit_string(sequence(integer(modulus) + integer(exponent))));
}
inline std::string dsa_key(std::size_t prime, std::size_t order) {
  return sequence(
      sequence(oid(kDsa) + sequence(integer(prime) + integer(order) + integer(prime - 1))) +
      bit_string(integer(prime - 1)));
}

struct Parts {
  std::string key = rsa_key(2048, 17);
  std::string subject = common_name("mx1.example.net");
  std::string issuer = common_name("mx1.example.net");
  std::string extensions{};
};

inline std::string certificate(const Parts& parts) {
  const std::string algorithm = sequence(oid(kSha256WithRsa) + element(5, ""));
  const std::string validity =
      sequence(element(0x17, "200101000000Z") + element(0x17, "480101000000Z"));
  const std::string extensions =
      parts.extensions.empty() ? "" : element(0xa3, sequence(parts.extensions));
  return sequence(sequence(element(0xa0, element(2, "\x02")) + element(2, "\x05") + algorithm +
                           sequence(parts.issuer) + validity + sequence(parts.subject) + parts.key +
                           extensions) +
                  algorithm + bit_string(std::string(256, 's')));
}

inline std::string message(unsigned char type, std::string_view body) {
  return std::string(1, static_cast<char>(type)) + number(body.size(), 3) + std::string(body);
}

// Records of `piece` octets.
inline std::string records(std::string_view messages, std::size_t piece = 16'000) {
  std::string made;
  for (; !messages.empty(); messages.remove_prefix(std::min(piece, messages.size()))) {
    const std::string_view part = messages.substr(0, piece);
    made.append("\x16\x03\x03").append(number(part.size(), 2)).append(part);
  }
  return made;
}

// TLS 1.2. `cipher`: two octets; `key_exchange`: the whole message; empty: none is sent.
inline std::string flight(const std::vector<std::string>& chain, std::string_view cipher,
                          std::string_view key_exchange, std::size_t piece = 16'000) {
  using namespace std::string_literals;
  std::string hello = "\x03\x03"s + std::string(32, 'r') + "\0"s + std::string(cipher) + "\0"s;
  const std::string extensions = "\xff\x01\0\x01\0"s + "\0\x17\0\0"s + "\0\x0b\0\x02\x01\0"s;
  hello += number(extensions.size(), 2) + extensions;
  std::string list;
  for (const std::string& der : chain) list += number(der.size(), 3) + der;
  std::string messages = message(2, hello) + message(11, number(list.size(), 3) + list);
  if (!key_exchange.empty()) messages += message(12, key_exchange);
  return records(messages + message(14, ""), piece);
}

// A key exchange of ECDHE with X25519, with an invalid signature.
inline std::string signed_x25519(std::string_view scheme, std::size_t signature_octets) {
  using namespace std::string_literals;
  return "\x03\x00\x1d\x20\x09"s + std::string(31, '\0') + std::string(scheme) +
         number(signature_octets, 2) + "\x01"s + std::string(signature_octets - 1, 's');
}

}  // namespace mxsweep::tls::hostile
