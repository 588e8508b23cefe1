// SPDX-License-Identifier: MIT
#include "api/openapi.json.h"
#include "mxsweep/api/api.h"

namespace mxsweep::api {

std::string_view openapi() { return kOpenapi; }

}  // namespace mxsweep::api
