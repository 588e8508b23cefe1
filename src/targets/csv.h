// SPDX-License-Identifier: MIT
// CSV lines, and the header row that names their fields.
//
//   Source    RFC 4180; blanks around a field, quoted or not, are tolerated. Header words as in the
//             output of zmap, in lists made from masscan's, and in lists of popular domains.
//   Shape     a doubled quote in a quoted field stays doubled: no address, port or name has one.
//   Lifetime  fields are views of the line.
#pragma once

#include <cstdint>
#include <string_view>

namespace mxsweep::targets {

[[nodiscard]] std::string_view without_blanks_around(std::string_view text);
[[nodiscard]] bool all_digits(std::string_view text);  // False for an empty text.

// Iterates over the fields of a line.
class Fields {
 public:
  explicit Fields(std::string_view line) : rest_(line) {}

  // False at the end, and at a quote that is not closed or is followed by more text (broken()).
  [[nodiscard]] bool next(std::string_view& field);
  [[nodiscard]] bool broken() const { return broken_; }

 private:
  std::string_view rest_;
  bool more_ = true;
  bool broken_ = false;
};

// The meaning of each field, from the header row. count 0: no header row, or one with one field.
struct Columns {
  static constexpr std::uint16_t kNone = 0xffff;

  std::uint16_t count = 0;
  std::uint16_t address = kNone;
  std::uint16_t name = kNone;
  std::uint16_t port = kNone;
};

// Whether the line is a header row: it holds no data, and at least one of its words stands for an
// address or a host ("saddr", "ip", "domain", ...). Fills in `columns`.
[[nodiscard]] bool read_header(std::string_view line, Columns& columns);

}  // namespace mxsweep::targets
