// SPDX-License-Identifier: MIT
// The values of the fields that a record shows. Pure.
//
//   Shape     Only of records whose outcome is ok or degraded, and only the fields that the
//             conversation reached.
//   Lifetime  a value is valid during the call of `visit`.
//   Errors    none.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "mxsweep/results/record.h"
#include "mxsweep/watch/changes.h"

namespace mxsweep::watch {

[[nodiscard]] std::optional<Field> field_of(std::string_view word);

using VisitValue = std::function<void(Field, std::string_view)>;
void each_value(const results::Record& record, const VisitValue& visit);

}  // namespace mxsweep::watch
