// SPDX-License-Identifier: MIT
// Irregularities in the DNS path from a name to its servers. The servers are probed all the same.
//
//   Source   RFC 5321 section 5.1, RFC 7505 (null MX), RFC 2181 section 10.3 (no alias as an MX).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "mxsweep/core/enum_set.h"

namespace mxsweep {

// core/findings.def lists them, with their meaning.
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
  std::string_view word;     // As in records: "mx_is_alias".
  std::string_view seen;     // What was seen, in Markdown.
  std::string_view meaning;  // What it may mean, in Markdown.
};

// In the order of Finding.
[[nodiscard]] const std::array<FindingRow, kFindingCount>& finding_rows();

[[nodiscard]] std::string_view to_string(Finding finding);

using FindingSet = EnumSet<Finding, kFindingCount, std::uint16_t>;

}  // namespace mxsweep
