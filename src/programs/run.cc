// SPDX-License-Identifier: MIT
#include "mxsweep/programs/run.h"

#include <poll.h>

#include <cstring>

#include "mxsweep/core/duration.h"
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
  const auto unusable = [&command](const std::string& why) {
    return Status::unusable(command.front() + ": " + why);
  };
  Program program;
  // One octet more shows that there is too much.
  const int error = program.start(command, {}, {}, {.octets_max = octets_max + 1, .errors = false});
  if (error != 0) return unusable(std::strerror(error));
  if (!await_end(program, patience)) {
    return unusable("it was ended because it took longer than " + write_duration(patience));
  }
  if (program.signal() != 0) return unusable("signal " + std::to_string(program.signal()));
  if (program.exit_status() != 0) {
    return unusable("exit status " + std::to_string(program.exit_status()));
  }
  std::string output = program.output();
  if (output.ends_with('\n')) output.pop_back();
  if (output.ends_with('\r')) output.pop_back();
  if (output.empty()) return unusable("it has printed nothing");
  if (output.size() > octets_max) return unusable("it has printed too much");
  return output;
}

}  // namespace mxsweep::programs
