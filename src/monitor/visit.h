// SPDX-License-Identifier: MIT
// What the prober keeps with a connection that the engine makes for it.
#pragma once

#include <optional>

#include "mxsweep/core/time.h"
#include "mxsweep/pace/courtesy.h"
#include "mxsweep/probe/plan.h"
#include "mxsweep/targets/target.h"
#include "mxsweep/visits/server_key.h"
#include "mxsweep/watch/watch.h"

namespace mxsweep::monitor {

struct Visit {
  targets::Target its_target;
  const probe::Plan* its_plan = nullptr;
  Instant since{};  // When it was first tried.
  visits::ServerKey server{};
  std::optional<watch::CanaryRequest> canary{};
  pace::Ticket ticket = pace::kNoTicket;

  [[nodiscard]] const targets::Target& target() const { return its_target; }
  [[nodiscard]] const probe::Plan* plan() const { return its_plan; }
};

}  // namespace mxsweep::monitor
