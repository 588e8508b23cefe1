// SPDX-License-Identifier: MIT
// Makes a text safe for where it is going to stand: first for a reader, then for the product that
// shows it, then for the syntax around it. Pure.
//
//   Source    RFC 8259 (json), the form encoding of the URL standard (form), XML 1.0 (xml).
//   Shape     UTF-8 in and out. Each product has markup that would mention people or hide what was
//             received; neutral() leaves what a reader sees unchanged, but for U+200B, which has no
//             width.
//   Units     octets.
//   Errors    none: any octets yield a valid text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mxsweep::deliver {

enum class Escaper : std::uint8_t { none, json, form, xml, header };
[[nodiscard]] std::optional<Escaper> escaper_of(std::string_view word);

// Named by the product or by what is neutralised.
enum class Markup : std::uint8_t {
  none,
  mentions,    // "@name" of plain text, as in Telegram.
  slack,       // & < > as entities.
  discord,     // A backslash before punctuation.
  mattermost,  // The same with its own set, and mentions, which a backslash does not stop.
  googlechat,  // Inside a code block: its end, and "<users/all>".
  xml,         // Of a document inside another form, such as Twilio's.
};
[[nodiscard]] std::optional<Markup> markup_of(std::string_view word);

// Valid UTF-8 in which control characters, but for tab and line feed, and those that change the
// direction of text are written as \u00XX.
[[nodiscard]] std::string clean(std::string_view text);

// `text`: of clean(). At most `octets_max`, with "…" at the end if something was cut.
[[nodiscard]] std::string neutral(std::string_view text, Markup markup, std::size_t octets_max);

// `text`: of clean() or neutral(). For a header, lines become one.
void append_escaped(std::string& out, std::string_view text, Escaper escaper);

}  // namespace mxsweep::deliver
