// SPDX-License-Identifier: MIT
#include "results/base64.h"

#include <algorithm>
#include <cstdint>

namespace mxsweep::results {

char* write_base64(std::string_view octets, char* out) {
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  while (!octets.empty()) {
    const std::size_t taken = std::min<std::size_t>(octets.size(), 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8U | (i < taken ? static_cast<unsigned char>(octets[i]) : 0U);
    }
    // Every octet makes one character, and all of them together one more; the rest is padding.
    for (std::size_t i = 0; i < 4; ++i) {
      *out++ = i <= taken ? kAlphabet[bits >> (18 - 6 * i) & 0x3fU] : '=';
    }
    octets.remove_prefix(taken);
  }
  return out;
}

}  // namespace mxsweep::results
