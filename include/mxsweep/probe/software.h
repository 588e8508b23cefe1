// SPDX-License-Identifier: MIT
// Which software a record's server has, by the replies that the record has.
//
//   Lifetime  views the table and what the record views.
#pragma once

#include <optional>

#include "mxsweep/core/software.h"
#include "mxsweep/probe/plan.h"
#include "mxsweep/results/record.h"

namespace mxsweep::probe {

// Nothing: what it sent does not show it, or the plan has no table.
[[nodiscard]] std::optional<Software> software_of(const Plan& plan, const results::Record& record);

}  // namespace mxsweep::probe
