// SPDX-License-Identifier: MIT
// The tables of docs/causes.md: all causes by group, all anomalies, all findings.
#pragma once

#include <string>

namespace mxsweep::verdict {

// Markdown, from the heading "## Causes" to the end of that page.
[[nodiscard]] std::string causes_page();

}  // namespace mxsweep::verdict
