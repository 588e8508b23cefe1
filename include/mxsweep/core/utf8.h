// SPDX-License-Identifier: MIT
// Finds the characters of UTF-8. Where texts are long, simdjson checks that they are valid.
//
//   Source   RFC 3629.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace mxsweep {

[[nodiscard]] constexpr bool is_beyond_ascii(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}

// Whether the octet is not the first of its character.
[[nodiscard]] constexpr bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

// The number of octets of the character that `text` begins with; 0 if that is not a valid one: an
// octet out of place, a longer form than needed, a surrogate, or beyond U+10FFFF.
[[nodiscard]] constexpr std::size_t octets_of_character(std::string_view text) {
  if (text.empty()) return 0;
  const auto at = [text](std::size_t index) -> unsigned {
    return index < text.size() ? static_cast<unsigned char>(text[index]) : 0U;
  };
  const auto lead = at(0);
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const std::size_t octets = lead < 0xe0 ? 2U : lead < 0xf0 ? 3U : 4U;
  for (std::size_t index = 1; index < octets; ++index) {
    if ((at(index) & 0xc0U) != 0x80U) return 0;
  }
  const unsigned second = at(1);
  const bool refused = (lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
                       (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f);
  return refused ? 0 : octets;
}

[[nodiscard]] constexpr std::size_t count_characters(std::string_view text) {
  return text.size() - static_cast<std::size_t>(std::ranges::count_if(text, continues_character));
}

// The longest start of `text` that has at most `octets_max` octets and ends between characters. If
// `text` is not UTF-8, up to four octets fewer than `octets_max`.
[[nodiscard]] constexpr std::string_view cut_between_characters(std::string_view text,
                                                                std::size_t octets_max) {
  if (text.size() <= octets_max) return text;
  std::size_t size = octets_max;
  while (size > 0 && octets_max - size < 4 && continues_character(text[size])) --size;
  return text.substr(0, size);
}

// A part of a UTF-8 text without the incomplete character at its end, if there is one.
[[nodiscard]] constexpr std::string_view without_cut_character(std::string_view part) {
  const std::size_t at_most = std::min<std::size_t>(3, part.size());
  for (std::size_t octets = 1; octets <= at_most; ++octets) {
    const auto lead = static_cast<unsigned char>(part[part.size() - octets]);
    if ((lead & 0xc0U) == 0x80U) continue;
    const std::size_t whole = lead < 0x80 ? 1U : lead < 0xe0 ? 2U : lead < 0xf0 ? 3U : 4U;
    return whole > octets ? part.substr(0, part.size() - octets) : part;
  }
  return part;
}

}  // namespace mxsweep
