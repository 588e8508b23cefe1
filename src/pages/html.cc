// SPDX-License-Identifier: MIT
#include "pages/html.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "mxsweep/core/invariant.h"

namespace mxsweep::pages {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

// The octets of the valid UTF-8 sequence that `text` begins with, and its character; 0: it begins
// with none.
struct Character {
  std::size_t octets = 0;
  char32_t value = 0;
};
Character first_of(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = at(0);
  const std::size_t octets = lead < 0x80   ? 1U
                             : lead < 0xc2 ? 0U
                             : lead < 0xe0 ? 2U
                             : lead < 0xf0 ? 3U
                             : lead < 0xf5 ? 4U
                                           : 0U;
  if (octets == 0 || octets > text.size()) return {};
  char32_t value = octets == 1 ? lead : lead & (0x7fU >> octets);
  for (std::size_t i = 1; i < octets; ++i) {
    if ((at(i) & 0xc0U) != 0x80U) return {};
    value = value << 6U | (at(i) & 0x3fU);
  }
  static constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < kLeast[octets] || surrogate || value > 0x10ffff) return {};
  return {octets, value};
}

// Control characters above ASCII, those that turn the direction of writing, and noncharacters.
bool is_harmful(char32_t value) {
  return (value >= 0x80 && value < 0xa0) || value == 0x61c || value == 0x200e || value == 0x200f ||
         (value >= 0x2028 && value <= 0x202e) || (value >= 0x2066 && value <= 0x2069) ||
         (value >= 0xfdd0 && value <= 0xfdef) || (value & 0xfffeU) == 0xfffeU;
}

// U+2400 and following: the pictures of control characters.
void append_picture(unsigned char control, std::string& out) {
  out += "\xe2\x90";
  out += static_cast<char>(control == 0x7f ? 0xa1 : 0x80 + control);
}

bool is_plain(char c) {
  return c >= ' ' && c < 0x7f && c != '<' && c != '>' && c != '&' && c != '"' && c != '\'';
}

// Appends the character that `text` begins with, and returns how many octets it was.
std::size_t append_character(std::string_view text, std::string& out) {
  switch (text.front()) {
    case '<': out += "&lt;"; return 1;
    case '>': out += "&gt;"; return 1;
    case '&': out += "&amp;"; return 1;
    case '"': out += "&quot;"; return 1;
    case '\'': out += "&#39;"; return 1;
    case '\n':
    case '\t': out += text.front(); return 1;
    default: break;
  }
  const Character character = first_of(text);
  if (character.octets == 0 || is_harmful(character.value)) {
    out += kReplacement;
    return character.octets == 0 ? 1 : character.octets;
  }
  if (character.value < 0x20 || character.value == 0x7f) {
    append_picture(static_cast<unsigned char>(character.value), out);
  } else {
    out += text.substr(0, character.octets);
  }
  return character.octets;
}

}  // namespace

void append_escaped(std::string_view octets, std::string& out) {
  while (!octets.empty()) {
    std::size_t plain = 0;
    while (plain < octets.size() && is_plain(octets[plain])) ++plain;
    out += octets.substr(0, plain);
    octets.remove_prefix(plain);
    if (!octets.empty()) octets.remove_prefix(append_character(octets, out));
  }
}

void Html::begin(std::string_view element, Attributes attributes) {
  out_ += '<';
  out_ += element;
  for (const Attribute& attribute : attributes) {
    if (attribute.value.empty()) continue;
    out_ += ' ';
    out_ += attribute.name;
    out_ += "=\"";
    append_escaped(attribute.value, out_);
    out_ += '"';
  }
}

Html& Html::open(std::string_view element, Attributes attributes) {
  begin(element, attributes);
  out_ += '>';
  open_.push_back(element);
  return *this;
}

Html& Html::close(std::string_view element) {
  INVARIANT(!open_.empty() && open_.back() == element);
  open_.pop_back();
  out_ += "</";
  out_ += element;
  out_ += '>';
  return *this;
}

Html& Html::alone(std::string_view element, Attributes attributes) {
  begin(element, attributes);
  out_ += "/>";
  return *this;
}

Html& Html::text(std::string_view octets) {
  append_escaped(octets, out_);
  return *this;
}

Html& Html::raw(std::string_view markup) {
  out_ += markup;
  return *this;
}

std::string Html::end() {
  INVARIANT(open_.empty());
  return std::move(out_);
}

}  // namespace mxsweep::pages
