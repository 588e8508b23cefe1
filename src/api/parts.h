// SPDX-License-Identifier: MIT
// The objects of which answers are made. Pure.
//
//   Shape    each function returns valid JSON. Keys and words are those of webhooks and of
//            `ctl --json`: docs/watch-messages.md.
//   Units    times in UTC; spans with their unit in the key.
//   Errors   none: a text beyond its maximum is cut, and a record or meta beyond it is left out.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "mxsweep/results/json_object.h"
#include "mxsweep/view/facts.h"
#include "mxsweep/view/monitor_facts.h"

namespace mxsweep::api {

inline constexpr std::size_t kNameOctetsMax = 1024;         // Of a name, an address, a value.
inline constexpr std::size_t kTextOctetsMax = 8 * 1024;     // As in a webhook.
inline constexpr std::size_t kMetaOctetsMax = 4 * 1024;     // The same.
inline constexpr std::size_t kRecordOctetsMax = 32 * 1024;  // The same.
inline constexpr std::size_t kEvidenceMost = 20;            // Records of one answer.

[[nodiscard]] std::string_view word_of(watch::Sight sight);
[[nodiscard]] std::string_view word_of(watch::Expiry expiry);

// A text that others have written, as far as an answer may have it.
[[nodiscard]] std::string_view name_part(std::string_view text);
[[nodiscard]] std::string_view text_part(std::string_view text);
// A record that an answer may have, without its line end; empty: it may not.
[[nodiscard]] std::string_view record_part(std::string_view record);

// Begins an answer: "observed_at".
[[nodiscard]] results::JsonObject observed(const view::Now& now);

template <typename Values, typename Write>
std::string json_array(const Values& values, const Write& write) {
  results::JsonArray array;
  for (const auto& value : values) array.json(write(value));
  return array.end();
}
// One line for each.
template <typename Values, typename Write>
std::string json_lines(const Values& values, const Write& write) {
  std::string out;
  for (const auto& value : values) {
    out += write(value);
    out += '\n';
  }
  return out;
}
// {"observed_at":…,"items":[…],"next":…}; `next`: a cursor; empty: absent.
[[nodiscard]] std::string list_json(results::JsonObject& begun, std::string_view items,
                                    std::string_view next);

[[nodiscard]] std::string counts_json(const view::Counts& counts);
[[nodiscard]] std::string days_json(const std::array<view::Day, view::kDays>& days);
[[nodiscard]] std::string monitor_json(const view::MonitorLine& line);
[[nodiscard]] std::string probe_json(const view::ProbeFacts& probe);
void add_shares(const watch::Shares& shares, results::JsonObject& object);
[[nodiscard]] std::string quantiles_json(const std::array<view::Quantiles, view::kLaps>& laps);
[[nodiscard]] std::string incident_json(const view::IncidentFacts& facts, bool targets);
[[nodiscard]] std::string hold_json(const watch::SilenceRow& hold, bool targets);
[[nodiscard]] std::string timeline_json(std::span<const watch::TimelineRow> timeline, bool targets);

}  // namespace mxsweep::api
