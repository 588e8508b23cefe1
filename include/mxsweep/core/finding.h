// SPDX-License-Identifier: MIT
// What is not as it should be on the way from a name to its servers, and stops nobody.
//
//   Source   RFC 5321 section 5.1, RFC 7505 (null MX), RFC 2181 section 10.3 (an MX names no
//   alias).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace mxsweep {

// core/findings.def has them, and what each means.
enum class Finding : std::uint8_t {
#define FINDING(name, ...) name,
#include "mxsweep/core/findings.def"
#undef FINDING
};
inline constexpr std::size_t kFindingCount =
    std::initializer_list<Finding>{
#define FINDING(name, ...) Finding::name,
#include "mxsweep/core/findings.def"
#undef FINDING
    }
        .size();

struct FindingRow {
  std::string_view word;     // "mx_is_alias": in records.
  std::string_view seen;     // What was seen, in Markdown.
  std::string_view meaning;  // What it may mean, in Markdown.
};

// In the order of Finding.
[[nodiscard]] const std::array<FindingRow, kFindingCount>& finding_rows();

[[nodiscard]] std::string_view to_string(Finding finding);

class FindingSet {
 public:
  void add(Finding finding) { bits_ = static_cast<std::uint16_t>(bits_ | bit(finding)); }
  void add(FindingSet others) { bits_ = static_cast<std::uint16_t>(bits_ | others.bits_); }
  [[nodiscard]] bool has(Finding finding) const { return (bits_ & bit(finding)) != 0; }
  [[nodiscard]] bool empty() const { return bits_ == 0; }

 private:
  static std::uint16_t bit(Finding finding) {
    return static_cast<std::uint16_t>(1U << static_cast<unsigned>(finding));
  }
  std::uint16_t bits_ = 0;
  static_assert(kFindingCount <= 16, "a finding is a bit");
};

}  // namespace mxsweep
