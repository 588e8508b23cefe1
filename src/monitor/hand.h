// SPDX-License-Identifier: MIT
// What a command of a user may do, in the loop's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "monitor/prober.h"
#include "monitor/roster.h"
#include "mxsweep/core/time.h"
#include "mxsweep/dnsbl/lists.h"
#include "mxsweep/trips/recipe.h"
#include "mxsweep/watch/moment.h"
#include "mxsweep/watch/watch.h"

namespace mxsweep::monitor {

// A configuration with its lists, all of it read and checked.
struct Loaded {
  watch::Settings settings;
  watch::Zones zones;
  std::vector<Listed> targets;
  std::optional<dnsbl::Lists> blocklists{};         // Nothing: no group asks any.
  std::shared_ptr<const trips::Recipes> recipes{};  // Of the checks that are trips.
};

class Hand {
 public:
  Hand() = default;
  Hand(const Hand&) = delete;
  Hand& operator=(const Hand&) = delete;
  virtual ~Hand() = default;

  [[nodiscard]] virtual watch::Watch& watch() = 0;
  [[nodiscard]] virtual watch::Moment moment() const = 0;
  [[nodiscard]] virtual const ProbeCounts& counts() const = 0;
  [[nodiscard]] virtual std::uint32_t open() const = 0;  // Connections.
  [[nodiscard]] virtual Instant began() const = 0;
  // Errors: unusable: it needs a restart.
  virtual Result<Roster::Applied> reload(Loaded&& loaded) = 0;
};

}  // namespace mxsweep::monitor
