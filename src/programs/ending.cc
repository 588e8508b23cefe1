// SPDX-License-Identifier: MIT
#include "mxsweep/programs/ending.h"

#include <cstring>

#include "mxsweep/core/duration.h"

namespace mxsweep::programs {

std::string fault_of(const Ending& ending) {
  if (ending.error != 0) return std::strerror(ending.error);
  if (ending.timed_out) {
    return "it was ended because it took longer than " + write_duration(ending.timeout);
  }
  return ending.signal == 0 ? std::string() : "signal " + std::to_string(ending.signal);
}

Result<std::string> printed_by(const Ending& ending, std::size_t octets_max) {
  if (std::string fault = fault_of(ending); !fault.empty()) {
    return Status::unusable(std::move(fault));
  }
  if (ending.exit_status != 0) {
    return Status::unusable("exit status " + std::to_string(ending.exit_status));
  }
  std::string output = ending.output;
  if (output.ends_with('\n')) output.pop_back();
  if (output.ends_with('\r')) output.pop_back();
  if (output.empty()) return Status::unusable("it has printed nothing");
  if (output.size() > octets_max) return Status::unusable("it has printed too much");
  return output;
}

}  // namespace mxsweep::programs
