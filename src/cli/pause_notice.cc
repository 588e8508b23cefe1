// SPDX-License-Identifier: MIT
#include "cli/pause_notice.h"

#include <fmt/format.h>

#include "mxsweep/core/counted.h"

namespace mxsweep::cli {

std::string PauseNotice::changes(const scan::Progress& progress) {
  const scan::Pauses& now = progress.pauses;
  std::string lines;
  if (now.pauses > before_.pauses && now.paused) {
    lines += fmt::format(
        "mxsweep: PAUSED: {}; {} in flight (SIGINT, Ctrl-C, ends the sweep)\n",
        now.route_lost ? "this machine has lost its route to the network; nothing starts without it"
                       : "no canary answers; nothing starts until one does",
        counted(progress.in_flight, "conversation"));
  }
  if (before_.paused && !now.paused) {
    lines += fmt::format(
        "mxsweep: the network is back, and the sweep goes on; it has paused for {:.0f} s in all\n",
        std::chrono::duration<double>(now.paused_for).count());
  }
  before_ = now;
  return lines;
}

}  // namespace mxsweep::cli
