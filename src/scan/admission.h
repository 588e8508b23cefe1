// SPDX-License-Identifier: MIT
// What all workers together may do: how many connections may be open, and when the next may begin.
//
//   Shape     Admission is what they share, Permit is one worker's side of it: take() before each
//             connection, settle() once a turn, also in one that began none.
//   Lifetime  the admission outlives its permits. A Permit is one thread's.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mxsweep/core/time.h"
#include "mxsweep/pace/budget.h"
#include "mxsweep/pace/rate.h"
#include "mxsweep/threads/doorbell.h"

namespace mxsweep::scan {

struct Admission {
  Admission(std::uint32_t concurrency, std::uint32_t workers, double per_second, Instant now)
      : budget(concurrency, workers), rate(per_second, now), doorbells(workers) {}

  pace::Budget budget;
  pace::Rate rate;
  // By worker. Requires: all are set before a worker runs.
  std::vector<threads::Doorbell*> doorbells;
};

class Permit {
 public:
  Permit(Admission& admission, std::uint32_t worker)
      : admission_(admission), share_(admission.budget, worker) {}

  // Whether one more may begin now, beside those that are `open`. If not, it waits for its place,
  // or for its moment.
  [[nodiscard]] bool take(std::uint32_t open, Instant now);
  // Gives back what was not used. `wants`: a target waits for its place and its moment.
  void settle(std::uint32_t open, bool wants);

  // When to ask again; kNever: the worker's doorbell tells.
  [[nodiscard]] Instant next(Instant now) const;
  // Before a sleep that the doorbell ends: whether there is a place by now.
  [[nodiscard]] bool has_place(std::uint32_t open) {
    return share_.waits() && share_.may_have(open);
  }

 private:
  Admission& admission_;
  pace::Share share_;
  std::optional<Instant> moment_;  // Of the token that we have claimed.
  bool has_waited_ = false;        // For its moment and nothing else, since when there is a target.
};

}  // namespace mxsweep::scan
