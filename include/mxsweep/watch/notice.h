// SPDX-License-Identifier: MIT
// What is told once and has no end: the title and the text of such an incident.
//
//   Shape    Plain text: octets of peers in it are valid UTF-8, with control characters as \u00XX.
//   Units    lines of at most 78 columns.
#pragma once

#include <string>

#include "mxsweep/watch/settings.h"

namespace mxsweep::watch {

struct Notice {
  std::string title;  // One line.
  std::string text;
  Severity severity = Severity::info;  // The worst of what it lists.
};

}  // namespace mxsweep::watch
