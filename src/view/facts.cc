// SPDX-License-Identifier: MIT
#include "mxsweep/view/facts.h"

#include <chrono>

#include "mxsweep/view/monitor_facts.h"

namespace mxsweep::view {

std::optional<double> uptime(const watch::Shares& shares) {
  const std::chrono::duration<double> up = shares.up;
  const std::chrono::duration<double> observed = shares.up + shares.down;
  if (observed.count() <= 0) return std::nullopt;
  return up / observed;
}

std::string_view to_string(Lap lap) {
  switch (lap) {
    case Lap::connect: return "connect";
    case Lap::greeting: return "greeting";
    case Lap::ehlo: return "ehlo";
    case Lap::tls: return "tls";
    case Lap::total: break;
  }
  return "total";
}

}  // namespace mxsweep::view
