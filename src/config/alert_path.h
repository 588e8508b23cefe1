// SPDX-License-Identifier: MIT
// What may keep alerts from arriving: no channel, no route, or a path through a watched server.
#pragma once

#include <vector>

#include "mxsweep/config/plan.h"

namespace mxsweep::config {

[[nodiscard]] std::vector<Reach> reaches_of(const watch::Settings& settings);
[[nodiscard]] std::vector<Remark> remarks_on(const watch::Settings& settings,
                                             const Watched& watched,
                                             const std::vector<Reach>& reaches);

}  // namespace mxsweep::config
