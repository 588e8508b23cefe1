// SPDX-License-Identifier: MIT
// Generates the table of docs/software.md: all products that the built-in table knows.
#pragma once

#include <string>

namespace mxsweep::software {

// Markdown, from the heading "## Products" to the end of the page.
[[nodiscard]] std::string products_page();

}  // namespace mxsweep::software
