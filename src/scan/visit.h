// SPDX-License-Identifier: MIT
// A task that needs a connection of its own, from the moment when that is known until its record.
#pragma once

#include <cstdint>
#include <memory>

#include "mxsweep/core/time.h"
#include "mxsweep/pace/courtesy.h"
#include "mxsweep/probe/observation.h"
#include "mxsweep/scan/task.h"
#include "mxsweep/visits/visit_cache.h"

namespace mxsweep::scan {

using VisitCache = visits::VisitCache<Task>;

struct Visit {
  Task task;
  Instant since;                         // When it was first tried.
  VisitCache::Server* server = nullptr;  // Null: the result is not kept for other targets.
  // The result of the attempt before, in case there is no time for another; null: none was made.
  std::unique_ptr<probe::Observation> last{};
  Duration back_off{};                    // How long its address rests after it, at least.
  pace::Ticket ticket = pace::kNoTicket;  // While it holds places of pace::Courtesy.
  std::uint32_t attempt = 1;

  [[nodiscard]] const targets::Target& target() const { return task.target; }
};

}  // namespace mxsweep::scan
