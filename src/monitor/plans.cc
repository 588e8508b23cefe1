// SPDX-License-Identifier: MIT
#include "monitor/plans.h"

#include <memory>

#include "mxsweep/software/software.h"

namespace mxsweep::monitor {

Plans::Plans(const std::string& helo, const smtp::Envelope& envelope, const probe::Sources& sources,
             tls::Client* tls, WallTime wall_at_zero) {
  static_assert(static_cast<std::size_t>(smtp::Depth::rcpt) + 1 == kDepths);
  probe::Plan plan(helo, envelope);
  plan.wall_at_zero = wall_at_zero;
  plan.sources = sources;
  plan.tls = tls;
  plan.software = std::make_shared<const software::Table>();
  for (std::size_t i = 0; i < kCanary; ++i) {
    plans_.push_back(plan);
    plans_.back().depth = static_cast<smtp::Depth>(i / 2);
    plans_.back().require_valid = i % 2 == 1;
  }
  plan.tls = nullptr;
  plan.tls_mode = targets::TlsMode::off;
  plan.software = nullptr;
  plan.connect_timeout = kCanaryPatience;
  plan.greeting_timeout = kCanaryPatience;
  for (const smtp::Depth depth : {smtp::Depth::connect, smtp::Depth::greeting}) {
    plans_.push_back(plan);
    plans_.back().depth = depth;
  }
}

void Plans::set_wall_at_zero(WallTime wall) {
  for (probe::Plan& plan : plans_) plan.wall_at_zero = wall;
}

}  // namespace mxsweep::monitor
