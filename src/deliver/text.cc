// SPDX-License-Identifier: MIT
#include "deliver/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/utf8.h"

namespace mxsweep::deliver {
namespace {

constexpr std::string_view kEllipsis = "…";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view kNoWidth = "\xE2\x80\x8B";      // U+200B

struct Character {
  std::size_t octets = 1;
  char32_t code = 0;
  bool valid = false;
};

// The first character of a text that is not empty (RFC 3629).
Character read_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {1, lead, true};
  const std::size_t octets = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || octets > text.size()) return {};
  char32_t code = lead & (0xffU >> (octets + 1));
  for (std::size_t at = 1; at < octets; ++at) {
    if (!continues_character(text[at])) return {};
    code = code << 6U | (static_cast<unsigned char>(text[at]) & 0x3fU);
  }
  constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast[octets] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return {};
  return {octets, code, true};
}

bool misleads(char32_t code) {
  const bool control = code < 0x20 ? code != '\n' && code != '\t' : code >= 0x7f && code < 0xa0;
  const bool direction = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) ||
                         code == 0x200e || code == 0x200f;
  return control || direction;
}

std::string_view entity_of(char c) {
  switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return {};
  }
}

// What one character becomes.
std::string neutral_character(std::string_view character, Markup markup) {
  const char c = character[0];
  const auto one_of = [c](std::string_view set) { return set.find(c) != std::string_view::npos; };
  const std::string same(character);
  switch (markup) {
    case Markup::none: return same;
    case Markup::mentions: return c == '@' ? same + std::string(kNoWidth) : same;
    case Markup::slack: return one_of("&<>") ? std::string(entity_of(c)) : same;
    case Markup::discord: return one_of("\\*_~`|<>#-+:[]()@") ? '\\' + same : same;
    case Markup::mattermost:
      if (one_of("@:")) return same + std::string(kNoWidth);
      return one_of("\\`*{}[]()#+-.!_>~|") ? '\\' + same : same;
    case Markup::googlechat: return one_of("<`@") ? same + std::string(kNoWidth) : same;
    case Markup::xml: break;
  }
  return entity_of(c).empty() ? same : std::string(entity_of(c));
}

void append_json(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  const auto octet = static_cast<unsigned char>(c);
  if (octet < 0x20) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", octet);
  } else {
    out += c;
  }
}

void append_form(std::string& out, char c) {
  if (is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~') {
    out += c;
  } else {
    fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
  }
}

void append_xml(std::string& out, char c) {
  const std::string_view entity = entity_of(c);
  if (entity.empty()) {
    out += c;
  } else {
    out += entity;
  }
}

void append_header(std::string& out, char c) {
  const auto octet = static_cast<unsigned char>(c);
  out += octet < 0x20 || octet == 0x7f ? ' ' : c;
}

}  // namespace

std::optional<Escaper> escaper_of(std::string_view word) {
  if (word == "none") return Escaper::none;
  if (word == "json") return Escaper::json;
  if (word == "form") return Escaper::form;
  if (word == "xml") return Escaper::xml;
  if (word == "header") return Escaper::header;
  return std::nullopt;
}

std::optional<Markup> markup_of(std::string_view word) {
  if (word == "none") return Markup::none;
  if (word == "mentions") return Markup::mentions;
  if (word == "slack") return Markup::slack;
  if (word == "discord") return Markup::discord;
  if (word == "mattermost") return Markup::mattermost;
  if (word == "googlechat") return Markup::googlechat;
  if (word == "xml") return Markup::xml;
  return std::nullopt;
}

std::string clean(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character character = read_character(text);
    if (!character.valid) {
      out += kReplacement;
    } else if (misleads(character.code)) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}",
                     static_cast<std::uint32_t>(character.code));
    } else {
      out += text.substr(0, character.octets);
    }
    text.remove_prefix(character.octets);
  }
  return out;
}

std::string neutral(std::string_view text, Markup markup, std::size_t octets_max) {
  std::string out;
  std::size_t room_for_ellipsis = 0;  // The greatest size after which "…" still fits.
  while (!text.empty()) {
    const std::size_t octets = read_character(text).octets;
    const std::string next = neutral_character(text.substr(0, octets), markup);
    if (next.size() > octets_max - out.size()) {
      out.resize(room_for_ellipsis);
      if (kEllipsis.size() <= octets_max) out += kEllipsis;
      return out;
    }
    out += next;
    if (out.size() + kEllipsis.size() <= octets_max) room_for_ellipsis = out.size();
    text.remove_prefix(octets);
  }
  return out;
}

void append_escaped(std::string& out, std::string_view text, Escaper escaper) {
  switch (escaper) {
    case Escaper::none: out += text; return;
    case Escaper::json:
      for (const char c : text) append_json(out, c);
      return;
    case Escaper::form:
      for (const char c : text) append_form(out, c);
      return;
    case Escaper::xml:
      for (const char c : text) append_xml(out, c);
      return;
    case Escaper::header:
      for (const char c : text) append_header(out, c);
      return;
  }
}

}  // namespace mxsweep::deliver
