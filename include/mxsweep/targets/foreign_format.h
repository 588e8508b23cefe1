// SPDX-License-Identifier: MIT
// Recognises input that is not a list of targets: compressed data, or text that is not UTF-8. Pure.
//
//   Source    RFC 1952, RFC 8878; the specifications of the formats; Unicode 15, section 23.8 (byte
//             order marks).
//   Shape     A format is recognised by its first octets. None of them is a line end, so the first
//             kForeignMarkOctetsMax octets of the first line suffice.
//   Lifetime  all views are of static storage.
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

// The format that `start`, the start of the input, belongs to; null: it may be a list.
[[nodiscard]] const ForeignFormat* recognise_foreign_format(std::string_view start);

// "is gzip data and no list of targets; make it one: zcat FILE | mxsweep scan"
[[nodiscard]] std::string complaint(const ForeignFormat& format);

}  // namespace mxsweep::targets
