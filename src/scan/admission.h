// SPDX-License-Identifier: MIT
// Decides when a worker may start a connection: all workers together keep within the concurrency
// and the rate of the sweep. What they share for politeness is here, too (scan/politeness.h).
//
//   Shape     Admission is shared by all workers; Permit is one worker's access to it. Call take()
//             before each connection, and settle() once per turn, also in a turn without one.
//   Threads   a Permit belongs to one thread.
//   Lifetime  the Admission outlives its Permits.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mxsweep/core/time.h"
#include "mxsweep/pace/budget.h"
#include "mxsweep/pace/rate.h"
#include "mxsweep/threads/doorbell.h"
#include "scan/politeness.h"

namespace mxsweep::scan {

struct Admission {
  Admission(std::uint32_t concurrency, std::uint32_t workers, double per_second,
            const pace::CourtesyLimits& limits, Instant now)
      : budget(concurrency, workers),
        rate(per_second, now),
        politeness(limits, workers),
        doorbells(workers) {}

  pace::Budget budget;
  pace::Rate rate;
  Politeness politeness;
  // Of each worker. Requires: all are set before a worker runs.
  std::vector<threads::Doorbell*> doorbells;
};

class Permit {
 public:
  Permit(Admission& admission, std::uint32_t worker)
      : admission_(admission), share_(admission.budget, worker) {}

  // Whether one more connection may start now, beside the `open` ones. If not, the permit waits for
  // a place of the budget, or for the moment of its token of the rate.
  [[nodiscard]] bool take(std::uint32_t open, Instant now);
  // Returns unused places and tokens. `wants`: a target waits to be started.
  void settle(std::uint32_t open, bool wants);

  // When to call take() again; kNever: when the worker's doorbell is notified.
  [[nodiscard]] Instant next(Instant now) const;
  // Checked before a sleep that the doorbell ends: whether there is a place by now.
  [[nodiscard]] bool has_place(std::uint32_t open) {
    return share_.waits() && share_.may_have(open);
  }

 private:
  Admission& admission_;
  pace::Share share_;
  std::optional<Instant> moment_;  // When the claimed token may be used.
  bool has_waited_ = false;        // The target has waited for that moment, and for nothing else.
};

}  // namespace mxsweep::scan
