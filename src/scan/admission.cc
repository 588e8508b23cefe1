// SPDX-License-Identifier: MIT
#include "scan/admission.h"

namespace mxsweep::scan {

bool Permit::take(std::uint32_t open, Instant now) {
  if (!share_.one_more(open)) return false;
  if (!moment_) {
    moment_ = admission_.rate.claim(now, has_waited_ ? pace::kLateSlack : pace::kIdleSlack);
  }
  if (*moment_ > now) {
    has_waited_ = true;
    return false;
  }
  moment_.reset();
  return true;
}

void Permit::settle(std::uint32_t open, bool wants) {
  // A place is kept for a waiting target only if its token is claimed, too.
  const bool holds = wants && moment_ && !share_.waits();
  if (!holds) has_waited_ = false;
  if (moment_ && !holds) {
    moment_.reset();
    admission_.rate.give_back();
  }
  share_.keep(open + (holds ? 1 : 0), wants);
  while (const auto worker = share_.next_to_wake())
    admission_.doorbells[*worker]->notify_if_waiting();
}

Instant Permit::next(Instant now) const {
  if (share_.waits()) return kNever;
  return moment_.value_or(now);
}

}  // namespace mxsweep::scan
