// SPDX-License-Identifier: MIT
// Generates the tables of docs/causes.md: all causes by group, all anomalies, all findings.
//
//   Source   core/causes.def, core/anomalies.def, core/findings.def.
#pragma once

#include <string>

namespace mxsweep::verdict {

// Markdown, from the heading "## Causes" to the end of the page.
[[nodiscard]] std::string causes_page();

}  // namespace mxsweep::verdict
