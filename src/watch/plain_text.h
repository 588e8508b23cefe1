// SPDX-License-Identifier: MIT
// Text for messages: octets of peers made harmless, lines of at most 78 columns, times and spans in
// words. Pure.
//
//   Units    columns are characters.
//   Errors   none: any octets have a result, which is valid UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/core/time.h"
#include "mxsweep/watch/plain_words.h"
#include "mxsweep/watch/time_zone.h"

namespace mxsweep::watch {

inline constexpr std::size_t kColumnsMax = 78;

// One line of at most `octets_max` octets, cut with "...". Control characters, among them line
// ends, those of U+0080 to U+009F and those that turn the direction of writing, become \u00XX; if
// `octets` is not UTF-8, so does every octet above 127.
[[nodiscard]] std::string shown(std::string_view octets, std::size_t octets_max);
// The same for a text of several lines: LF and CRLF remain line ends.
[[nodiscard]] std::string shown_lines(std::string_view octets, std::size_t octets_max);

// Appends `text` in lines that begin with `first`, then with as many blanks. A word that is longer
// than a line is cut into several.
void append_wrapped(std::string_view first, std::string_view text, std::string& out);
// The same, with blanks of the text itself kept: for what a server sent.
void append_literal(std::string_view first, std::string_view text, std::string& out);

// "2026-11-26 10:02:10 UTC", and with a zone " (11:02:10 CET)".
[[nodiscard]] std::string full_time(WallTime time, const TimeZone* zone);

}  // namespace mxsweep::watch
