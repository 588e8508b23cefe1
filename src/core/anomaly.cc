// SPDX-License-Identifier: MIT
#include "mxsweep/core/anomaly.h"

#include "mxsweep/core/enum_words.h"

namespace mxsweep {
namespace {

constexpr std::array<AnomalyRow, kAnomalyCount> kAnomalies = {{
#define ANOMALY(name, seen, meaning) {#name, seen, meaning},
#include "mxsweep/core/anomalies.def"
#undef ANOMALY
}};

static_assert(words_differ(kAnomalies));

}  // namespace

const std::array<AnomalyRow, kAnomalyCount>& anomaly_rows() { return kAnomalies; }

std::string_view to_string(Anomaly anomaly) { return word_of(kAnomalies, anomaly); }

}  // namespace mxsweep
