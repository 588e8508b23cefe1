// SPDX-License-Identifier: MIT
// A sweep that can be resumed: what it needs for its checkpoint, and what an earlier run has left.
//
//   Shape     read_checkpoint(), then run() (scan/scan.h) with the same options as in the first
//             run, which its command line gives.
//   Errors    unusable: it cannot be read, or is damaged; the sentence begins with the path.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "mxsweep/checkpoint/checkpoint.h"
#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"
#include "mxsweep/files/output.h"

namespace mxsweep::scan {

struct CheckpointOptions {
  std::string path;  // Empty: the sweep cannot be resumed.
  Duration every = files::kSaveEveryDefault;
  std::string program;               // Its version.
  std::vector<std::string> command;  // The command line of the first run, and its folder.
  std::string folder;
  // What the earlier runs have done; null: this is the first one.
  std::shared_ptr<const checkpoint::Checkpoint> resumed;
};

Result<checkpoint::Checkpoint> read_checkpoint(const std::string& path);

}  // namespace mxsweep::scan
