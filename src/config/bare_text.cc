// SPDX-License-Identifier: MIT
#include "config/bare_text.h"

#include <algorithm>

namespace mxsweep::config {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool is_beyond_ascii(char octet) { return static_cast<unsigned char>(octet) >= 0x80; }
bool continues_character(char octet) { return (static_cast<unsigned char>(octet) & 0xc0U) == 0x80; }

// The octets of the string, or of the comment, that `text` begins with; 0: of neither.
std::size_t enclosed(std::string_view text) {
  if (text.starts_with('#')) return std::min(text.find('\n'), text.size());
  if (!text.starts_with('"') && !text.starts_with('\'')) return 0;
  const std::string_view three = text.starts_with('"') ? "\"\"\"" : "'''";
  const std::string_view end = text.starts_with(three) ? three : three.substr(0, 1);
  std::size_t at = end.size();
  while (at < text.size() && !text.substr(at).starts_with(end)) {
    if (text[at] == '\n' && end.size() == 1) return at;  // Not closed: an error of the parser's.
    at += text[at] == '\\' && text.front() == '"' ? 2 : 1;
  }
  at = std::min(at + end.size(), text.size());
  // A string in three quotes may end in up to two more.
  for (int more = 0; end.size() == 3 && more < 2 && at < text.size() && text[at] == end[0]; ++more)
    ++at;
  return at;
}

}  // namespace

std::optional<Place> find_bare_text_beyond_ascii(std::string_view toml) {
  if (toml.starts_with(kByteOrderMark)) toml.remove_prefix(kByteOrderMark.size());
  Place place;
  while (!toml.empty()) {
    std::size_t skipped = enclosed(toml);
    if (skipped == 0) {
      if (is_beyond_ascii(toml.front())) return place;
      skipped = 1;
    }
    for (const char octet : toml.substr(0, skipped)) {
      if (octet == '\n') {
        ++place.line;
        place.column = 1;
      } else if (!continues_character(octet)) {
        ++place.column;
      }
    }
    toml.remove_prefix(skipped);
  }
  return std::nullopt;
}

}  // namespace mxsweep::config
