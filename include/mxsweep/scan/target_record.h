// SPDX-License-Identifier: MIT
// What a record says of its target, whoever writes it. Called last: the time that a name took is
// part of the total.
#pragma once

#include <algorithm>

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
    const Duration dns = std::chrono::microseconds{target.dns_us};
    record.ms[Phase::dns] = dns;
    record.ms.total = std::max(record.ms.total, Duration::zero()) + dns;
  }
}

}  // namespace mxsweep::scan
