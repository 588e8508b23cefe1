// SPDX-License-Identifier: MIT
#include "mxsweep/api/api.h"
#include "mxsweep/results/json_object.h"

namespace mxsweep::api {

std::string error(std::string_view text) { return results::JsonObject().text("error", text).end(); }

}  // namespace mxsweep::api
