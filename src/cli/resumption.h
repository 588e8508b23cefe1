// SPDX-License-Identifier: MIT
// mxsweep scan --resume: the command line of the first run once more, with what a checkpoint has
// and the few flags that may differ.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mxsweep/checkpoint/checkpoint.h"
#include "mxsweep/core/time.h"

namespace mxsweep::cli {

struct Resumption {
  std::shared_ptr<const checkpoint::Checkpoint> checkpoint;
  std::string path;          // Of the checkpoint; absolute, as all paths here.
  std::string command_line;  // Of this run.
  bool quiet = false;
  bool progress = false;
  std::string summary;     // Empty: as in the first run.
  Duration max_runtime{};  // Zero: as in the first run.
  std::string metrics;     // Empty: as in the first run.
};

// Runs the program with the words of another command line; returns its exit code.
int run_again(const Resumption& resumption);

}  // namespace mxsweep::cli
