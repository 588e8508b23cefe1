// SPDX-License-Identifier: MIT
// The icon of a page: the shape of a state in its colour, as a URL that nothing is fetched for.
#pragma once

#include <string>
#include <string_view>

namespace mxsweep::pages {

[[nodiscard]] std::string icon_of(std::string_view mood);

}  // namespace mxsweep::pages
