// SPDX-License-Identifier: MIT
#include "results/zgrab_text.h"

#include <algorithm>

namespace mxsweep::results {
namespace {

constexpr std::size_t kCharacterOctetsMax = 4;

// The octets of the UTF-8 character at the front of `text`; 0: there is none.
std::size_t character_at(std::string_view text) {
  for (std::size_t size = 1; size <= std::min(kCharacterOctetsMax, text.size()); ++size) {
    if (encoding_of(text.substr(0, size)) != Encoding::latin1) return size;
  }
  return 0;
}

}  // namespace

std::string replaced(std::string_view octets) {
  std::string text;
  while (!octets.empty()) {
    const std::size_t size = character_at(octets);
    text += size == 0 ? std::string_view("\xef\xbf\xbd") : octets.substr(0, size);
    octets.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return text;
}

}  // namespace mxsweep::results
