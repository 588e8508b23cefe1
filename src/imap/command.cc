// SPDX-License-Identifier: MIT
#include "mxsweep/imap/command.h"

#include <algorithm>
#include <utility>

#include "mxsweep/core/base64.h"
#include "mxsweep/core/utf8.h"

namespace mxsweep::imap {
namespace {

bool can_be_quoted(std::string_view text) {
  return std::ranges::none_of(text,
                              [](char c) { return c == '\r' || c == '\n' || is_beyond_ascii(c); });
}

std::string quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

// Requires: `character` is valid.
char32_t code_point_of(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character.front());
  const std::size_t octets = character.size();
  char32_t point = octets == 1 ? lead : lead & (0x7fU >> octets);
  for (const char c : character.substr(1)) point = point << 6U | (static_cast<unsigned>(c) & 0x3fU);
  return point;
}

void append_utf16(std::string& octets, char32_t point) {
  const auto append = [&octets](char32_t unit) {
    octets += static_cast<char>(unit >> 8U);
    octets += static_cast<char>(unit & 0xffU);
  };
  if (point < 0x10000) return append(point);
  point -= 0x10000;
  append(0xd800 + (point >> 10U));
  append(0xdc00 + (point & 0x3ffU));
}

// The digits of base64 in names: "," for "/", without padding.
std::string shifted(std::string_view utf16) {
  std::string digits = base64_encoded(utf16);
  digits.erase(std::min(digits.find('='), digits.size()));
  std::ranges::replace(digits, '/', ',');
  return '&' + digits + '-';
}

}  // namespace

Command::Command(std::string_view tag, bool literal_plus)
    : pieces_{std::string(tag)}, literal_plus_(literal_plus) {}

Command& Command::word(std::string_view word) {
  pieces_.back().append(" ").append(word);
  return *this;
}

Command& Command::string(std::string_view text) {
  if (can_be_quoted(text)) return word(quoted(text));
  word("{" + std::to_string(text.size()) + (literal_plus_ ? "+}\r\n" : "}\r\n"));
  if (!literal_plus_) pieces_.emplace_back();
  pieces_.back() += text;
  return *this;
}

std::vector<std::string> Command::pieces() && {
  pieces_.back() += "\r\n";
  return std::move(pieces_);
}

std::string mailbox_name(std::string_view utf8) {
  std::string name;
  std::string utf16;
  const auto shift = [&] {
    if (!utf16.empty()) name += shifted(std::exchange(utf16, {}));
  };
  for (std::string_view rest = utf8; !rest.empty();) {
    const std::size_t octets = octets_of_character(rest);
    if (octets == 0) return std::string(utf8);
    if (octets > 1) append_utf16(utf16, code_point_of(rest.substr(0, octets)));
    if (octets == 1) {
      shift();
      name += rest.front();
      if (rest.front() == '&') name += '-';
    }
    rest.remove_prefix(octets);
  }
  shift();
  return name;
}

std::string uid_set(const std::vector<std::uint32_t>& uids) {
  std::string set;
  for (const std::uint32_t uid : uids) set += (set.empty() ? "" : ",") + std::to_string(uid);
  return set;
}

}  // namespace mxsweep::imap
