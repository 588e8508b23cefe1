// SPDX-License-Identifier: MIT
#include "mxsweep/message/token.h"

#include <algorithm>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/constant_time.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/tls/hmac.h"

namespace mxsweep::message {
namespace {

constexpr std::string_view kBase32 = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::size_t kTimeOctets = 5;
constexpr std::size_t kRunOctets = 4;
constexpr std::size_t kMacOctets = 16;
constexpr std::size_t kTokenOctets = kTimeOctets + kRunOctets + kMacOctets;
static_assert(kTokenOctets * 8 == kTokenDigits * 5);
constexpr std::size_t kCandidatesMax = 1000;

void append_octets(std::string& octets, std::uint64_t number, std::size_t count) {
  for (std::size_t i = count; i-- > 0;) octets += static_cast<char>(number >> (8 * i) & 0xffU);
}

std::uint64_t number_of_octets(std::string_view octets) {
  std::uint64_t number = 0;
  for (const char c : octets) number = number << 8U | static_cast<unsigned char>(c);
  return number;
}

std::string mac_of(std::string_view key, std::string_view octets) {
  INVARIANT(key.size() >= kKeyOctetsMin);
  const tls::Digest digest = tls::hmac_sha256(key, octets);
  return {digest.begin(), digest.begin() + kMacOctets};
}

std::string base32(std::string_view octets) {
  std::string digits;
  std::uint64_t bits = 0;
  for (std::size_t at = 0; at < octets.size(); at += 5) {
    bits = number_of_octets(octets.substr(at, 5));
    for (unsigned shift = 40; shift > 0; shift -= 5) digits += kBase32[bits >> (shift - 5) & 31U];
  }
  return digits;
}

// Nothing: there is another octet than a digit. Requires: a multiple of eight digits.
std::optional<std::string> base32_decoded(std::string_view digits) {
  std::string octets;
  std::uint64_t bits = 0;
  for (std::size_t at = 0; at < digits.size(); ++at) {
    const std::size_t value = kBase32.find(lower(digits[at]));
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 5U | value;
    if (at % 8 == 7) append_octets(octets, bits, 5);
  }
  return octets;
}

}  // namespace

std::string write_token(std::string_view key, const Token& token) {
  const auto seconds = token.at.time_since_epoch().count();
  INVARIANT(seconds >= 0);
  std::string octets;
  append_octets(octets, static_cast<std::uint64_t>(seconds), kTimeOctets);
  append_octets(octets, token.run, kRunOctets);
  return base32(octets + mac_of(key, octets));
}

std::optional<Token> read_token(std::string_view key, std::string_view text) {
  if (text.size() != kTokenDigits) return std::nullopt;
  const std::optional<std::string> octets = base32_decoded(text);
  if (!octets) return std::nullopt;
  const std::string_view signed_part =
      std::string_view(*octets).substr(0, kTimeOctets + kRunOctets);
  const std::string_view mac = std::string_view(*octets).substr(signed_part.size());
  if (!equal_in_constant_time(mac, mac_of(key, signed_part))) return std::nullopt;
  const auto seconds =
      static_cast<std::int64_t>(number_of_octets(signed_part.substr(0, kTimeOctets)));
  return Token{
      .at = std::chrono::sys_seconds{std::chrono::seconds{seconds}},
      .run = static_cast<std::uint32_t>(number_of_octets(signed_part.substr(kTimeOctets)))};
}

std::optional<Token> find_token(std::string_view key, std::string_view text) {
  std::size_t candidates = 0;
  while (!text.empty() && candidates < kCandidatesMax) {
    const auto begin = std::ranges::find_if(text, is_alphanumeric);
    const auto end = std::find_if_not(begin, text.end(), is_alphanumeric);
    const std::string_view word(begin, end);
    if (word.size() == kTokenDigits) {
      ++candidates;
      if (const std::optional<Token> token = read_token(key, word)) return token;
    }
    text = std::string_view(end, text.end());
  }
  return std::nullopt;
}

}  // namespace mxsweep::message
