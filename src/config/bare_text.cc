// SPDX-License-Identifier: MIT
#include "config/bare_text.h"

#include <algorithm>

namespace mxsweep::config {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
// What can stand right before a string, or is the end of one.
constexpr std::string_view kBeforeString = " \t\r\n=[{,.\"'";

bool is_beyond_ascii(char octet) { return static_cast<unsigned char>(octet) >= 0x80; }
bool continues_character(char octet) { return (static_cast<unsigned char>(octet) & 0xc0U) == 0x80; }

// NUL: there is none.
char first_behind_white(std::string_view text) {
  const std::size_t at = text.find_first_not_of(" \t\r\n");
  return at == std::string_view::npos ? '\0' : text[at];
}

// The octets of the string, or of the comment, that `text` begins with; 0: of neither.
std::size_t enclosed(std::string_view text) {
  if (text.starts_with('#')) return std::min(text.find('\n'), text.size());
  if (!text.starts_with('"') && !text.starts_with('\'')) return 0;
  const std::string_view three = text.starts_with('"') ? "\"\"\"" : "'''";
  const std::string_view end = text.starts_with(three) ? three : three.substr(0, 1);
  std::size_t at = end.size();
  while (at < text.size() && !text.substr(at).starts_with(end)) {
    if (text[at] == '\n' && end.size() == 1) return at;  // Not closed: an error of the parser's.
    const bool escape = text[at] == '\\' && text.front() == '"';
    // The parser takes what follows a line that a backslash continues for white space.
    if (escape && is_beyond_ascii(first_behind_white(text.substr(at + 1)))) return at;
    at += escape ? 2 : 1;
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
  char before = '\n';
  while (!toml.empty()) {
    // A quotation mark within a word begins no string: the parser reads on as in the word.
    const bool in_word = kBeforeString.find(before) == std::string_view::npos;
    std::size_t skipped = in_word && toml.front() != '#' ? 0 : enclosed(toml);
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
    before = toml[skipped - 1];
    toml.remove_prefix(skipped);
  }
  return std::nullopt;
}

}  // namespace mxsweep::config
