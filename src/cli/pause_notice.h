// SPDX-License-Identifier: MIT
// Reports on standard error when a sweep pauses for lack of a network, and when it goes on.
#pragma once

#include <string>

#include "mxsweep/scan/scan.h"

namespace mxsweep::cli {

class PauseNotice {
 public:
  // What has changed since the last call, as whole lines; empty: nothing.
  [[nodiscard]] std::string changes(const scan::Progress& progress);

 private:
  scan::Pauses before_;
};

}  // namespace mxsweep::cli
