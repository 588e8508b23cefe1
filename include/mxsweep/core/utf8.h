// SPDX-License-Identifier: MIT
// What can be told of UTF-8 octet by octet. Whether a text is valid UTF-8 is simdjson's to say.
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

// An octet that goes on with a character which another one began.
[[nodiscard]] constexpr bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

[[nodiscard]] constexpr std::size_t count_characters(std::string_view text) {
  return text.size() - static_cast<std::size_t>(std::ranges::count_if(text, continues_character));
}

// The first `octets_max` octets, less those of a character that would be cut in two. Of a text that
// is not UTF-8 at most four octets less.
[[nodiscard]] constexpr std::string_view cut_between_characters(std::string_view text,
                                                                std::size_t octets_max) {
  if (text.size() <= octets_max) return text;
  std::size_t size = octets_max;
  while (size > 0 && octets_max - size < 4 && continues_character(text[size])) --size;
  return text.substr(0, size);
}

// A part of a UTF-8 text, less the octets at its end of a character that the rest would finish.
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
