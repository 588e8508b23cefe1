// SPDX-License-Identifier: MIT
// Where a text that is not JSON stops being JSON: for the person who edited it.
#pragma once

#include <cstddef>
#include <string_view>

namespace mxsweep::sink {

// The line, counted from 1, on which reading `text` fails. 0: that can't be said.
[[nodiscard]] std::size_t line_of_mistake(std::string_view text);

}  // namespace mxsweep::sink
