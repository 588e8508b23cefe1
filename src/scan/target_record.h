// SPDX-License-Identifier: MIT
// What a record says of its target, whoever writes it.
#pragma once

#include "mxsweep/results/record.h"
#include "mxsweep/targets/target.h"

namespace mxsweep::scan {

inline void describe_target(const targets::Target& target, results::Record& record) {
  record.target = target.text();
  record.line = target.line;
  record.meta = target.meta();
  record.ip = target.address;
  record.port = target.port;
  record.name = target.name();
  if (target.dns_us != targets::Target::kNotResolved) {
    record.ms[Phase::dns] = std::chrono::microseconds{target.dns_us};
  }
}

}  // namespace mxsweep::scan
