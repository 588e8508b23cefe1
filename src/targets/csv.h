// SPDX-License-Identifier: MIT
// Lines of several fields, and the header row that names them.
//
//   Source    RFC 4180, with blanks around a field and a quoted field tolerated. Header words as
//             zmap, masscan's users and the lists of popular domains write them.
//   Lifetime  fields are views into the line. A doubled quote in a quoted field stays doubled: no
//             address, port or name has one.
#pragma once

#include <cstdint>
#include <string_view>

namespace mxsweep::targets {

[[nodiscard]] std::string_view without_blanks_around(std::string_view text);
[[nodiscard]] bool all_digits(std::string_view text);  // And there is one.

// The fields of a line, one after the other.
class Fields {
 public:
  explicit Fields(std::string_view line) : rest_(line) {}

  // False at the end, and where a quote is not closed or has something behind it.
  [[nodiscard]] bool next(std::string_view& field);
  [[nodiscard]] bool broken() const { return broken_; }

 private:
  std::string_view rest_;
  bool more_ = true;
  bool broken_ = false;
};

// Which field says what, by the header row. count 0: there was none, or it names one field only.
struct Columns {
  static constexpr std::uint16_t kNone = 0xffff;

  std::uint16_t count = 0;
  std::uint16_t address = kNone;
  std::uint16_t name = kNone;
  std::uint16_t port = kNone;
};

// Whether the line names fields and holds no data; `columns` is what it says. One of its words has
// to be one for an address or a host ("saddr", "ip", "domain", ...).
[[nodiscard]] bool read_header(std::string_view line, Columns& columns);

}  // namespace mxsweep::targets
