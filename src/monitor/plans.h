// SPDX-License-Identifier: MIT
// The plans of the monitor's visits: by depth, by what is asked of certificates, and for canaries.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "mxsweep/core/time.h"
#include "mxsweep/probe/plan.h"
#include "mxsweep/smtp/dialogue.h"
#include "mxsweep/tls/client.h"

namespace mxsweep::monitor {

inline constexpr Duration kCanaryPatience = std::chrono::seconds{10};

class Plans {
 public:
  // `tls`: null: no TLS.
  Plans(const std::string& helo, const smtp::Envelope& envelope, const probe::Sources& sources,
        tls::Client* tls, WallTime wall_at_zero);

  [[nodiscard]] const probe::Plan& of(smtp::Depth depth, bool require_valid) const {
    return plans_[static_cast<std::size_t>(depth) * 2 + (require_valid ? 1 : 0)];
  }
  [[nodiscard]] const probe::Plan& of_canary(bool greets) const {
    return plans_[kCanary + (greets ? 1 : 0)];
  }
  [[nodiscard]] const probe::Plan& any() const { return plans_.front(); }

  [[nodiscard]] WallTime wall_time(Instant moment) const { return any().wall_time(moment); }
  void set_wall_at_zero(WallTime wall);
  [[nodiscard]] WallTime wall_at_zero() const { return any().wall_at_zero; }

 private:
  static constexpr std::size_t kDepths = 6;
  static constexpr std::size_t kCanary = kDepths * 2;

  std::vector<probe::Plan> plans_;
};

}  // namespace mxsweep::monitor
