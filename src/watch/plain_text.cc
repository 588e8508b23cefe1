// SPDX-License-Identifier: MIT
#include "watch/plain_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "mxsweep/core/counted.h"
#include "mxsweep/core/utf8.h"
#include "mxsweep/results/json_text.h"

namespace mxsweep::watch {
namespace {

constexpr std::string_view kCutMark = "...";

// Requires: `text` is valid UTF-8 and not empty. Removes its first character and returns it.
char32_t take_character(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t octets = lead < 0x80 ? 1U : lead < 0xe0 ? 2U : lead < 0xf0 ? 3U : 4U;
  char32_t character = octets == 1 ? lead : lead & (0x7fU >> octets);
  for (std::size_t i = 1; i < octets; ++i) {
    character = character << 6U | (static_cast<unsigned char>(text[i]) & 0x3fU);
  }
  text.remove_prefix(octets);
  return character;
}

bool is_harmful(char32_t character) {
  const auto between = [&](char32_t least, char32_t most) {
    return character >= least && character <= most;
  };
  return character < 0x20 || between(0x7f, 0x9f) ||        // Control characters.
         character == 0x61c || between(0x200b, 0x200f) ||  // Invisible, or of direction.
         between(0x2028, 0x202e) || between(0x2066, 0x2069) || character == 0xfeff;
}

void append_character(std::string_view octets, char32_t character, bool is_utf8, std::string& out) {
  if (is_harmful(character) || (!is_utf8 && character >= 0x80)) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<std::uint32_t>(character));
  } else {
    out += octets;
  }
}

std::string shown_but(bool keeps_lines, std::string_view octets, std::size_t octets_max) {
  const bool is_utf8 = results::encoding_of(octets) != results::Encoding::latin1;
  std::string out;
  std::string_view rest = octets;
  std::size_t fits = 0;  // The part of `out` that leaves room for the mark.
  while (!rest.empty()) {
    if (keeps_lines && (rest.starts_with('\n') || rest.starts_with("\r\n"))) {
      rest.remove_prefix(rest.find('\n') + 1);
      out += '\n';
    } else if (is_utf8) {
      const std::string_view before = rest;
      const char32_t character = take_character(rest);
      append_character(before.substr(0, before.size() - rest.size()), character, true, out);
    } else {
      append_character(rest.substr(0, 1), static_cast<unsigned char>(rest.front()), false, out);
      rest.remove_prefix(1);
    }
    if (out.size() > octets_max) {
      out.resize(fits);
      out += kCutMark;
      return out;
    }
    if (out.size() + kCutMark.size() <= octets_max) fits = out.size();
  }
  return out;
}

// The start of `text` that has at most `columns` characters.
std::size_t octets_of_columns(std::string_view text, std::size_t columns) {
  std::size_t octets = 0;
  for (; octets < text.size(); ++octets) {
    if (continues_character(text[octets])) continue;
    if (columns == 0) break;
    --columns;
  }
  return octets;
}

// Where the first line of `text` ends: between words if it can.
std::size_t end_of_line(std::string_view text, std::size_t columns) {
  const std::size_t most = octets_of_columns(text, columns);
  if (most == text.size() || text[most] == ' ') return most;
  const std::size_t blank = text.substr(0, most).rfind(' ');
  return blank == text.npos || text.find_first_not_of(' ') > blank ? most : blank;
}

void append_line(std::string_view first, std::string_view line, bool is_first, std::string& out) {
  if (is_first) {
    out += first;
  } else {
    out.append(count_characters(first), ' ');
  }
  out += line;
  while (out.ends_with(' ')) out.pop_back();
  out += '\n';
}

}  // namespace

std::string shown(std::string_view octets, std::size_t octets_max) {
  return shown_but(false, octets, octets_max);
}

std::string shown_lines(std::string_view octets, std::size_t octets_max) {
  return shown_but(true, octets, octets_max);
}

void append_wrapped(std::string_view first, std::string_view text, std::string& out) {
  const std::size_t columns = kColumnsMax - std::min(count_characters(first), kColumnsMax / 2);
  bool is_first = true;
  do {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const std::size_t end = end_of_line(text, columns);
    append_line(first, text.substr(0, end), is_first, out);
    text.remove_prefix(end);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    is_first = false;
  } while (!text.empty());
}

void append_literal(std::string_view first, std::string_view text, std::string& out) {
  const std::size_t columns = kColumnsMax - std::min(count_characters(first), kColumnsMax / 2);
  bool is_first = true;
  do {
    const std::size_t end = octets_of_columns(text, columns);
    append_line(first, text.substr(0, end), is_first, out);
    text.remove_prefix(end);
    is_first = false;
  } while (!text.empty());
}

std::string full_time(WallTime time, const TimeZone* zone) {
  std::string text = date_of(time) + ' ' + time_of_day(time) + " UTC";
  if (zone == nullptr || zone->offsets.empty()) return text;
  const TimeZone::Offset& offset = zone->at(time);
  const WallTime local = time + offset.offset;
  text += " (";
  if (date_of(local) != date_of(time)) text += date_of(local) + ' ';
  return text + time_of_day(local) + ' ' + offset.abbreviation + ')';
}

}  // namespace mxsweep::watch
