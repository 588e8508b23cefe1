// SPDX-License-Identifier: MIT
#include "mxsweep/tls/fingerprint.h"

#include <algorithm>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/tls/sha256.h"
#include "tls/extensions.h"

namespace mxsweep::tls {
namespace {

constexpr std::string_view kHexadecimalDigits = "0123456789abcdef";
// The digits of SHA-256 that each format keeps.
constexpr std::size_t kJa4sDigits = 12;
constexpr std::size_t kFingerprintDigits = 16;

void append_hexadecimal(unsigned number, std::string& text) {
  for (unsigned shift = 16; shift > 0; shift -= 4)
    text.push_back(kHexadecimalDigits[number >> (shift - 4) & 0xfU]);
}

std::string digest_of(std::string_view text, std::size_t digits) {
  Sha256 hash;
  hash.add(text);
  return to_hexadecimal(hash.finish()).substr(0, digits);
}

std::string_view ja4_version(std::uint16_t version) {
  switch (version) {
    case kTls13: return "13";
    case kTls12: return "12";
    case kTls11: return "11";
    case kTls10: return "10";
    case kSsl3: return "s3";
    default: return "00";
  }
}

// The first and the last character of the protocol; of one whose characters are not all letters and
// digits, those of its hexadecimal form.
std::string ja4_alpn(std::string_view alpn) {
  if (alpn.empty()) return "00";
  if (is_alphanumeric(alpn.front()) && is_alphanumeric(alpn.back()))
    return {alpn.front(), alpn.back()};
  const auto first = static_cast<unsigned char>(alpn.front());
  const auto last = static_cast<unsigned char>(alpn.back());
  return {kHexadecimalDigits[first >> 4U], kHexadecimalDigits[last & 0xfU]};
}

void append_answer(const ServerAnswer& answer, std::string& text) {
  switch (answer.kind) {
    case ServerAnswer::Kind::none: text.append("-----"); return;
    case ServerAnswer::Kind::alert:
      text.push_back('a');
      append_hexadecimal(answer.alert, text);
      return;
    case ServerAnswer::Kind::retry: text.push_back('h'); break;
    case ServerAnswer::Kind::hello:
      text.push_back(kHexadecimalDigits[answer.version - kSsl3]);
      break;
  }
  append_hexadecimal(answer.cipher, text);
}

}  // namespace

std::vector<std::uint16_t> ciphers_of(std::uint16_t version) {
  std::vector<std::uint16_t> numbers;
  for (const CipherSuite& suite : cipher_suites()) {
    if (suite.since <= version || suite.since == kTls10) numbers.push_back(suite.number);
  }
  return numbers;
}

HelloSpec fingerprint_hello(FingerprintHello which, std::string_view server_name) {
  HelloSpec spec;
  spec.server_name = server_name;
  switch (which) {
    case FingerprintHello::everything:
    case FingerprintHello::everything_turned: break;
    case FingerprintHello::from_1_2:
    case FingerprintHello::from_1_2_turned: spec.version_max = kTls12; break;
    case FingerprintHello::from_1_1: spec.version_max = kTls11; break;
    case FingerprintHello::bare:
      spec.version_max = kTls12;
      spec.bare = true;
      break;
    case FingerprintHello::noisy:
      spec.alpn = "http/1.1";
      spec.grease = true;
      break;
  }
  spec.ciphers = ciphers_of(spec.version_max);
  if (which == FingerprintHello::everything_turned || which == FingerprintHello::from_1_2_turned)
    std::reverse(spec.ciphers.begin(), spec.ciphers.end());
  return spec;
}

std::string ja4s(const ServerAnswer& answer) {
  INVARIANT(answer.chose());
  const std::size_t count = std::min<std::size_t>(answer.extensions.size(), 99);
  std::string text = "t";
  text.append(ja4_version(answer.version));
  text.push_back(kHexadecimalDigits[count / 10]);
  text.push_back(kHexadecimalDigits[count % 10]);
  text.append(ja4_alpn(answer.alpn)).push_back('_');
  append_hexadecimal(answer.cipher, text);
  std::string extensions;
  for (const std::uint16_t number : answer.extensions) {
    if (!extensions.empty()) extensions.push_back(',');
    append_hexadecimal(number, extensions);
  }
  const std::string none(kJa4sDigits, '0');
  return text + "_" + (extensions.empty() ? none : digest_of(extensions, kJa4sDigits));
}

std::string fingerprint(std::span<const ServerAnswer> answers) {
  INVARIANT(answers.size() == kFingerprintHellos);
  std::string text = "mx1:";
  std::string extensions;
  for (const ServerAnswer& answer : answers) {
    append_answer(answer, text);
    for (const std::uint16_t number : answer.extensions) {
      if (number == extensions::kServerName) continue;
      append_hexadecimal(number, extensions);
      extensions.push_back(',');
    }
    extensions.append(answer.alpn).push_back(';');
  }
  return text + ":" + digest_of(extensions, kFingerprintDigits);
}

}  // namespace mxsweep::tls
