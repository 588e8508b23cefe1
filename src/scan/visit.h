// SPDX-License-Identifier: MIT
// A task that needs a connection of its own, from the moment when that is known until its record.
#pragma once

#include <cstdint>
#include <memory>

#include "mxsweep/core/time.h"
#include "mxsweep/pace/courtesy.h"
#include "mxsweep/probe/observation.h"
#include "mxsweep/probe/plan.h"
#include "mxsweep/probe/tls_survey.h"
#include "mxsweep/scan/task.h"
#include "mxsweep/visits/visit_cache.h"

namespace mxsweep::scan {

using VisitCache = visits::VisitCache<Task>;

struct Visit {
  Task task;
  Instant since;                         // When it was first tried.
  VisitCache::Server* server = nullptr;  // Null: the result is not kept for other targets.
  // The result of the attempt before, or of the visit that a survey follows, in case there is no
  // time for more; null: there is none.
  std::unique_ptr<probe::Observation> last{};
  // Of the server's TLS, after the visit: each of its conversations is a connection of the sweep.
  // Null: none has begun. What is sent views its plan, so it stays here until that is sent.
  std::unique_ptr<probe::TlsSurvey> survey{};
  Duration back_off{};                    // How long its address rests after it, at least.
  pace::Ticket ticket = pace::kNoTicket;  // While it holds places of pace::Courtesy.
  std::uint32_t attempt = 1;

  // Of the next connection.
  [[nodiscard]] const targets::Target& target() const {
    return survey == nullptr ? task.target : survey->target();
  }
  // Null: the sweep's.
  [[nodiscard]] const probe::Plan* plan() const {
    return survey == nullptr ? nullptr : &survey->plan();
  }
};

}  // namespace mxsweep::scan
