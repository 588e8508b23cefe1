// SPDX-License-Identifier: MIT
#include "tls/der.h"

#include <algorithm>
#include <array>
#include <bit>

#include "mxsweep/tls/certificate_numbers.h"

namespace mxsweep::tls {
namespace {

constexpr unsigned char kConstructed = 0x20;
constexpr unsigned char kLongTag = 0x1f;
constexpr unsigned char kInteger = 0x02;
constexpr unsigned char kBitString = 0x03;
constexpr unsigned char kOctetString = 0x04;
constexpr unsigned char kObjectIdentifier = 0x06;
constexpr unsigned char kSequence = 0x30;
constexpr unsigned char kVersion = 0xa0;  // [0] EXPLICIT

// Deeper than any structure in a certificate that the library parses.
constexpr std::size_t kDepthMax = 32;

struct Element {
  unsigned char tag = 0;
  std::string_view whole;
  std::string_view content;
};

// Takes one element from the front of `input`. With an indefinite length it takes the rest.
std::optional<Element> take(std::string_view& input) {
  const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(input[i]); };
  std::size_t at = 1;
  if (input.size() < 2) return std::nullopt;
  if ((octet(0) & kLongTag) == kLongTag) {
    while (at < input.size() && (octet(at) & 0x80U) != 0) ++at;
    ++at;
  }
  if (at >= input.size()) return std::nullopt;
  std::size_t length = octet(at++);
  if (length == 0x80) {
    length = input.size() - at;
  } else if (length > 0x80) {
    const std::size_t end = at + (length & 0x7fU);
    if (end > input.size()) return std::nullopt;
    for (length = 0; at < end; ++at) {
      length = length << 8U | octet(at);
      if (length > input.size()) return std::nullopt;
    }
  }
  if (input.size() - at < length) return std::nullopt;
  const Element element{octet(0), input.substr(0, at + length), input.substr(at, length)};
  input.remove_prefix(at + length);
  return element;
}

std::optional<std::string_view> take(std::string_view& input, unsigned char tag) {
  const std::optional<Element> element = take(input);
  if (!element || element->tag != tag) return std::nullopt;
  return element->content;
}

std::size_t bits(std::string_view integer) {
  while (!integer.empty() && integer.front() == '\0') integer.remove_prefix(1);
  if (integer.empty()) return 0;
  return 8 * integer.size() - 8 +
         static_cast<std::size_t>(std::bit_width(static_cast<unsigned char>(integer.front())));
}

// The first two numbers of the SEQUENCE at the front of `der`; empty if missing.
std::array<std::string_view, 2> first_two(std::string_view der) {
  std::array<std::string_view, 2> found{};
  std::optional<std::string_view> sequence = take(der, kSequence);
  if (!sequence) return found;
  for (std::string_view& number : found) {
    const std::optional<std::string_view> integer = take(*sequence, kInteger);
    if (!integer) break;
    number = *integer;
  }
  return found;
}

// `content`: that of the element that holds the number, counted from 0.
int version_in(std::string_view content) {
  const std::optional<std::string_view> number = take(content, kInteger);
  return number && number->size() == 1 && number->front() >= 0 && number->front() <= 2
             ? number->front() + 1
             : 0;
}

// What the BIT STRING of a SubjectPublicKeyInfo holds.
std::string_view key_in(std::string_view info) {
  std::optional<std::string_view> key = take(info, kBitString);
  if (!key || key->empty()) return {};
  return key->substr(1);  // The first octet is the number of unused bits in the last one.
}

std::string_view without_leading_zeros(std::string_view integer) {
  return integer.substr(std::min(integer.find_first_not_of('\0'), integer.size()));
}

}  // namespace

std::optional<RawParts> raw_parts(std::string_view der) {
  std::optional<std::string_view> rest = take(der, kSequence);
  if (!rest) return std::nullopt;
  std::optional<Element> element = take(*rest);
  if (!element || element->tag != kSequence) return std::nullopt;
  RawParts parts;
  parts.signed_part = element->whole;
  rest = element->content;
  element = take(*rest);
  if (element && element->tag == kVersion) {
    parts.version = version_in(element->content);
    element = take(*rest);
  }
  if (!element || element->tag != kInteger) return std::nullopt;
  parts.serial = element->content;
  for (int sequences = 0; sequences < 5; ++sequences) {
    element = take(*rest);
    if (!element || element->tag != kSequence) return std::nullopt;
  }
  parts.spki = element->whole;
  parts.whole = der.empty();
  return parts;
}

//   SubjectPublicKeyInfo    SEQUENCE { SEQUENCE { OID, parameters }, BIT STRING }
//     of RSA                BIT STRING holds SEQUENCE { modulus, exponent }
//     of DSA                parameters are SEQUENCE { prime, subgroup order, generator }
// The OID is not looked at: no other kind of key has two numbers in these places.
KeySize key_size(std::string_view spki) {
  KeySize size;
  std::optional<std::string_view> info = take(spki, kSequence);
  if (!info) return size;
  std::optional<std::string_view> algorithm = take(*info, kSequence);
  if (!algorithm || !take(*algorithm)) return size;
  const auto [prime, order] = first_two(*algorithm);
  size.prime = bits(prime);
  size.subgroup_order = bits(order);
  const auto [modulus, exponent] = first_two(key_in(*info));
  size.modulus = bits(modulus);
  size.exponent = bits(exponent);
  return size;
}

std::optional<CertificateNumbers> certificate_numbers(std::string_view der) {
  const std::optional<RawParts> parts = raw_parts(der);
  if (!parts) return std::nullopt;
  CertificateNumbers numbers{.version = parts->version, .serial = parts->serial};
  std::string_view spki = parts->spki;
  std::optional<std::string_view> info = take(spki, kSequence);
  if (!info || !take(*info)) return numbers;
  numbers.key = key_in(*info);
  const auto [modulus, exponent] = first_two(numbers.key);
  numbers.modulus = without_leading_zeros(modulus);
  numbers.exponent = without_leading_zeros(exponent);
  return numbers;
}

// Octets that are not DER are abandoned where they stop making sense; the enclosing element
// continues after them.
std::size_t count_elements(std::string_view der) {
  struct Level {
    std::string_view rest;
    bool in_string;
  };
  std::array<Level, kDepthMax> levels;
  std::size_t depth = 0;
  levels[0] = {der, false};
  std::size_t count = 0;
  for (;;) {
    const std::optional<Element> element = take(levels[depth].rest);
    if (!element) {
      if (depth == 0) return count;
      --depth;
      continue;
    }
    count += element->tag == kObjectIdentifier ? 4 : 1;
    const bool string = element->tag == kOctetString && !levels[depth].in_string;
    if ((string || (element->tag & kConstructed) != 0) && depth + 1 < kDepthMax) {
      const bool in_string = string || levels[depth].in_string;
      levels[++depth] = {element->content, in_string};
    }
  }
}

}  // namespace mxsweep::tls
