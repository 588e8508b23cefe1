// SPDX-License-Identifier: MIT
#include "monitor/history_row.h"

#include <algorithm>

namespace mxsweep::monitor {
namespace {

std::uint32_t microseconds(Duration span) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(span).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(us, 0, UINT32_MAX));
}

}  // namespace

watch::HistoryRow history_row(const results::Record& record) {
  watch::HistoryRow row;
  row.at_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(record.at.time_since_epoch()).count();
  row.outcome = record.outcome;
  row.phase = record.phase;
  row.cause = record.cause;
  row.total_us = microseconds(record.ms.total);
  row.connect_us = microseconds(record.ms[Phase::connect]);
  row.greeting_us = microseconds(record.ms[Phase::greeting]);
  row.ehlo_us = microseconds(record.ms[Phase::ehlo]);
  row.tls_us = microseconds(record.ms[Phase::tls]);
  return row;
}

}  // namespace mxsweep::monitor
