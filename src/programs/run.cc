// SPDX-License-Identifier: MIT
#include "mxsweep/programs/run.h"

#include <poll.h>

#include "mxsweep/programs/ending.h"
#include "mxsweep/programs/program.h"
#include "mxsweep/ring/clock.h"

namespace mxsweep::programs {
namespace {

// False: it has not ended in time.
bool await_end(Program& program, Duration patience) {
  const Instant until = ring::now() + patience;
  while (!program.done()) {
    const Duration left = until - ring::now();
    if (left <= Duration::zero()) return false;
    std::vector<pollfd> descriptors;
    program.descriptors(descriptors);
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    ::poll(descriptors.data(), descriptors.size(), static_cast<int>(ms));
    program.on_ready();
  }
  return true;
}

}  // namespace

Result<std::string> output_of(const std::vector<std::string>& command, std::size_t octets_max,
                              Duration patience) {
  Program program;
  // One octet more shows that there is too much.
  Ending ending{.error = program.start(command, {}, {}, {octets_max + 1, false}),
                .timeout = patience};
  if (ending.error == 0) ending.timed_out = !await_end(program, patience);
  ending.signal = program.signal();
  ending.exit_status = program.exit_status();
  ending.output = program.output();
  Result<std::string> printed = printed_by(ending, octets_max);
  if (!printed.ok()) return printed.status().behind(command.front());
  return printed;
}

}  // namespace mxsweep::programs
