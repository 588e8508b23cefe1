// SPDX-License-Identifier: MIT
// What is given for a list and is none: compressed, or text that is not UTF-8.
//
//   Source    RFC 1952, 8878; the formats' own descriptions; Unicode 15, section 23.8 (byte order
//             marks).
//   Shape     By the first octets, none of which is a line end: the first line of what is given
//             suffices, and its first kForeignMarkOctetsMax octets do.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mxsweep::targets {

inline constexpr std::size_t kForeignMarkOctetsMax = 10;

struct ForeignFormat {
  std::string_view mark;
  std::string_view name;    // "gzip data"
  std::string_view remedy;  // "zcat FILE"
};

// Null: it begins as a list may.
[[nodiscard]] const ForeignFormat* recognise_foreign_format(std::string_view start);

// "is gzip data and no list of targets; make it one: zcat FILE | mxsweep scan"
[[nodiscard]] std::string complaint(const ForeignFormat& format);

}  // namespace mxsweep::targets
