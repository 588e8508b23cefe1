// SPDX-License-Identifier: MIT
// Which record applies to a domain, once the names of its tree walk are answered. Pure.
//
//   Source    RFC 9989 sections 4.10 to 4.10.2, RFC 7489 section 6.6.3.
//   Lifetime  results point to the steps.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "mxsweep/policy/dmarc.h"

namespace mxsweep::policy {

struct DmarcDiscovery {
  std::span<const DmarcStep> walked;   // As far as the walk goes: it ends at psd=y and psd=n.
  std::string organizational;          // Empty: unknown.
  bool decided = false;                // Whether it is known which record applies,
  const DmarcStep* applies = nullptr;  // and that one; null: none.
  const DmarcStep* below = nullptr;    // To names below the domain that have none of their own.
};

// `walk`: the steps of tree_walk(), none of them open.
[[nodiscard]] DmarcDiscovery discover(std::span<const DmarcStep> walk);

// `own` and `organizational`: the steps of the domain and of its registered domain.
[[nodiscard]] DmarcDiscovery discover_7489(const DmarcStep& own, const DmarcStep& organizational);

}  // namespace mxsweep::policy
