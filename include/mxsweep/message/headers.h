// SPDX-License-Identifier: MIT
// The header block of a message that was received. Pure.
//
//   Source   RFC 5322 section 2.2 (fields, and how they are folded).
//   Shape    octets up to the empty line, or to the end if there is none. A line ends in LF; a CR
//            before it belongs to the line end.
//   Units    octets.
//   Errors   none: what is above a limit is left out, and a line that is no field is skipped.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mxsweep::message {

// Real blocks have some 10 KiB; those of long forwarding chains 60 KiB.
inline constexpr std::size_t kHeaderOctetsMax = 256 * 1024;
inline constexpr std::size_t kFieldsMax = 1000;
inline constexpr std::size_t kFieldOctetsMax = 16 * 1024;

struct Field {
  std::string name{};   // As written.
  std::string value{};  // Unfolded, without white space at the ends.
};

struct Headers {
  std::vector<Field> fields{};  // From the top, where the last server has added its own.
  bool cut = false;             // A limit was reached.
  bool malformed = false;       // There is a line that is no field.

  // The first field of the name, in any case of letters; null: there is none.
  [[nodiscard]] const Field* find(std::string_view name) const;
};

[[nodiscard]] Headers read_headers(std::string_view block);

}  // namespace mxsweep::message
