// SPDX-License-Identifier: MIT
// Runs the alert logic over the records of a sweep or of a day, in virtual time.
//
//   Shape     a record belongs to the monitor of its target, address and port in each group whose
//             lists have it; with "list", as --records writes it, only to the group of that name.
//             Results come when the records say: what Watch asks for in between is answered by the
//             next record of that monitor. Canaries answer. Each message is delivered at once.
//   Files     gzip and zstd, too. The file is read twice, so it must be a regular one; it should be
//             in the order of "at". A record that is older than the one before it counts as of the
//             same time.
//   Errors    problems of the configuration; unusable: the file cannot be read.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/status.h"

namespace mxsweep::monitor {

struct Replayed {
  std::vector<std::string> problems;
  Status failure;
  std::string summary;
};

// `print`: a line for each message: time, channel, subject.
[[nodiscard]] Replayed replay(const std::string& config, const std::string& records,
                              const std::function<void(std::string_view line)>& print);

}  // namespace mxsweep::monitor
