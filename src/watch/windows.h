// SPDX-License-Identifier: MIT
// When the maintenance windows of the configuration are. Pure.
#pragma once

#include <optional>

#include "mxsweep/core/time.h"
#include "mxsweep/watch/settings.h"
#include "mxsweep/watch/time_zone.h"

namespace mxsweep::watch {

struct Window {
  WallTime from{};
  WallTime until{};
};

// The first window of the rule that ends after `now`. None: it had one date, which is past.
[[nodiscard]] std::optional<Window> window_at(const MaintenanceRule& rule, const TimeZone& zone,
                                              WallTime now);

}  // namespace mxsweep::watch
