// SPDX-License-Identifier: MIT
#include "mxsweep/serve/request.h"

#include <algorithm>

namespace mxsweep::serve {

std::optional<std::string_view> Request::asked(std::string_view name) const {
  const auto found = std::ranges::find(query, name, &std::pair<std::string, std::string>::first);
  if (found == query.end()) return std::nullopt;
  return found->second;
}

}  // namespace mxsweep::serve
