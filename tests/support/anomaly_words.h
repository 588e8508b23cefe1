// SPDX-License-Identifier: MIT
// Anomalies as a text, for what tests expect.
#pragma once

#include <string>

#include "mxsweep/core/anomaly.h"

namespace mxsweep {

// In their order, with a space before each.
inline std::string words_of(AnomalySet anomalies) {
  std::string words;
  for (std::size_t i = 0; i < kAnomalyCount; ++i) {
    const auto anomaly = static_cast<Anomaly>(i);
    if (anomalies.has(anomaly)) words.append(" ").append(to_string(anomaly));
  }
  return words;
}

}  // namespace mxsweep
