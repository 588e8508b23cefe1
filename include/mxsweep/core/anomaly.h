// SPDX-License-Identifier: MIT
// Deviations of servers from the standard that we tolerate: each one that occurs is reported in the
// record. An anomaly never decides an outcome.
//
//   Source   RFC 5321 section 4.2 (reply grammar), 4.5.3.1.5 (512 octets a line), 3.1 and 4.1.1.10.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "mxsweep/core/enum_set.h"

namespace mxsweep {

// core/anomalies.def lists them, with their meaning.
enum class Anomaly : std::uint8_t {
#define ANOMALY(name, ...) name,
#include "mxsweep/core/anomalies.def"
#undef ANOMALY
};
inline constexpr std::size_t kAnomalyCount =
    std::initializer_list<Anomaly>{
#define ANOMALY(name, ...) Anomaly::name,
#include "mxsweep/core/anomalies.def"
#undef ANOMALY
    }
        .size();

struct AnomalyRow {
  std::string_view word;     // As in records: "bare_lf".
  std::string_view seen;     // What was seen, in Markdown.
  std::string_view meaning;  // What it may mean, in Markdown.
};

// In the order of Anomaly.
[[nodiscard]] const std::array<AnomalyRow, kAnomalyCount>& anomaly_rows();

[[nodiscard]] std::string_view to_string(Anomaly anomaly);

using AnomalySet = EnumSet<Anomaly, kAnomalyCount, std::uint32_t>;

}  // namespace mxsweep
