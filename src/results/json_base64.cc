// SPDX-License-Identifier: MIT
#include "results/json_base64.h"

#include <algorithm>
#include <array>

namespace mxsweep::results {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Three octets become four digits. Fewer are filled up with zeros, and digits without an octet of
// their own become '='.
void write_group(std::string_view octets, char* out) {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    bits = bits << 8U | (i < octets.size() ? static_cast<unsigned char>(octets[i]) : 0U);
  }
  for (std::size_t i = 0; i < 4; ++i) {
    out[i] = i <= octets.size() ? kDigits[bits >> (18 - 6 * i) & 0x3fU] : '=';
  }
}

}  // namespace

void write_base64(std::string_view octets, JsonText& json) {
  constexpr std::size_t kPieceOctets = 3 * 256;
  std::array<char, kPieceOctets / 3 * 4> digits;
  json.raw("\"");
  while (!octets.empty()) {
    const std::string_view piece = octets.substr(0, kPieceOctets);
    char* out = digits.data();
    for (std::size_t at = 0; at < piece.size(); at += 3, out += 4) {
      write_group(piece.substr(at, 3), out);
    }
    json.raw({digits.data(), static_cast<std::size_t>(out - digits.data())});
    octets.remove_prefix(piece.size());
  }
  json.raw("\"");
}

}  // namespace mxsweep::results
