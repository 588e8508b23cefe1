// SPDX-License-Identifier: MIT
#include "mxsweep/sasl/saslprep.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "mxsweep/core/utf8.h"

namespace mxsweep::sasl {
namespace {

struct CodePoints {
  std::uint32_t first;
  std::uint32_t last;
};

// Assigned in Unicode 3.2, in none of the tables that RFC 4013 names, and parts of no
// normalisation (NFKC), neither alone nor beside each other.
constexpr std::array kKept = {
    CodePoints{0x20, 0x7e},      // ASCII but for its controls.
    CodePoints{0xa1, 0xa7},      // Signs.
    CodePoints{0xb0, 0xb1},      //
    CodePoints{0xbf, 0x131},     // Latin.
    CodePoints{0x134, 0x13e},    //
    CodePoints{0x141, 0x148},    //
    CodePoints{0x14a, 0x17e},    //
    CodePoints{0x386, 0x386},    // Greek.
    CodePoints{0x388, 0x38a},    //
    CodePoints{0x38c, 0x38c},    //
    CodePoints{0x38e, 0x3a1},    //
    CodePoints{0x3a3, 0x3ce},    //
    CodePoints{0x400, 0x481},    // Cyrillic.
    CodePoints{0x3041, 0x3096},  // Kana.
    CodePoints{0x30a1, 0x30fa},  //
    CodePoints{0x4e00, 0x9fa5},  // Ideographs.
    CodePoints{0xac00, 0xd7a3},  // Hangul.
};

// Requires: `character` is one, of UTF-8.
std::uint32_t code_point_of(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character.front());
  constexpr std::array<unsigned, 5> kLeadBits = {0, 0x7f, 0x1f, 0x0f, 0x07};
  std::uint32_t point = lead & kLeadBits[character.size()];
  for (const char c : character.substr(1)) {
    point = point << 6U | (static_cast<unsigned char>(c) & 0x3fU);
  }
  return point;
}

}  // namespace

bool saslprep_keeps(std::string_view text) {
  while (!text.empty()) {
    const std::size_t octets = octets_of_character(text);
    if (octets == 0) return false;
    const std::uint32_t point = code_point_of(text.substr(0, octets));
    const bool kept = std::ranges::any_of(kKept, [point](const CodePoints& range) {
      return point >= range.first && point <= range.last;
    });
    if (!kept) return false;
    text.remove_prefix(octets);
  }
  return true;
}

}  // namespace mxsweep::sasl
