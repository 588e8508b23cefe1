// SPDX-License-Identifier: MIT
// Reads what state.db has of the latest incidents, for pages that look back.
//
//   Bounds    the first kPastMembersMost members of each incident; of the timeline and the log of
//             deliveries the latest kPastRowsMost rows: they have no index by incident.
//   Errors    false: the failure is the database's. A word that no enum has is damage.
#pragma once

#include <cstddef>

#include "mxsweep/watch/rows.h"
#include "store/database.h"

namespace mxsweep::store {

inline constexpr std::int64_t kPastMembersMost = 1000;
inline constexpr std::int64_t kPastRowsMost = 20'000;
inline constexpr std::int64_t kPastEvidenceMost = 20;

bool read_past(Database& database, std::size_t incidents_most, watch::Past& past);

}  // namespace mxsweep::store
