// SPDX-License-Identifier: MIT
// Runs the monitor: `mxsweep watch`.
//
//   Shape     run_monitor() returns when SIGINT or SIGTERM has ended it in order, or when it cannot
//             go on. SIGHUP reads the configuration again: a bad one changes nothing. SIGUSR1 says
//             how things stand. A second SIGINT or SIGTERM ends the process at once.
//   Threads   it starts its own, and uses the caller's for signals and reloads.
//   Errors    see Ended.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/status.h"
#include "mxsweep/watch/settings.h"

namespace mxsweep::monitor {

struct MonitorOptions {
  std::string config;
  std::string state_dir;  // Instead of the file's; empty: the file's.
  std::string records;    // Paths; empty: none.
  std::string events;
  std::string version;       // Of the program, for metrics.
  bool quiet = false;        // Only what is wrong is said.
  bool for_journal = false;  // Lines have the priorities that journald reads.
  // Writes a line for people, without waiting for room. From any thread.
  std::function<void(std::string_view line)> say;
};

struct Ended {
  std::vector<std::string> problems;  // Of the configuration: it did not run.
  Status failure;                     // Else: why it did not run, or ended early.
};

[[nodiscard]] Ended run_monitor(const MonitorOptions& options);

// What --check prints, without sending anything.
struct Checked {
  std::vector<std::string> problems;
  std::vector<std::string> lines;
  bool refused = false;  // The plan has an error: no alert could get out.
};
[[nodiscard]] Checked check_configuration(const std::string& config, const std::string& state_dir);

// Sends a test message to one channel, and waits for what becomes of it. No monitor needs to run.
struct Tested {
  std::vector<std::string> problems;
  Status failure;
  std::string text;  // What was answered.
};
[[nodiscard]] Tested test_channel(const std::string& config, const std::string& channel);

}  // namespace mxsweep::monitor
