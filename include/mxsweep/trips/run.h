// SPDX-License-Identifier: MIT
// Makes round trips to their end, all beside each other, in the caller's thread.
//
//   Shape     blocks until all are done, or one cannot go on because of this machine. `stop` is
//             asked at least every kStopEvery; once true, the trips end as soon as they can.
//   Names     each host is resolved once, before the first connection.
//   Lifetime  views in a report are valid during the call only.
//   Errors    machine: this machine cannot run the engine or the resolver.
#pragma once

#include <functional>
#include <vector>

#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"
#include "mxsweep/names/name_options.h"
#include "mxsweep/trips/trips.h"

namespace mxsweep::trips {

inline constexpr Duration kStopEvery = std::chrono::milliseconds{200};
inline constexpr std::size_t kTripsMax = 1000;

struct TripRun {
  const probe::Plan& plan;  // Timeouts, HELO name, sources; each conversation has a copy.
  tls::Client& client;      // Open.
  names::NameOptions names;
  std::function<bool()> stop;
  std::function<void(const roundtrip::Report&, const roundtrip::Script&)> on_report;
};

// Requires: not more than kTripsMax.
Status run_trips(std::vector<roundtrip::TripOrder> orders, const TripRun& run);

}  // namespace mxsweep::trips
