// SPDX-License-Identifier: MIT
#include "scan/suspects.h"

#include <utility>

#include "mxsweep/pace/suspicion.h"

namespace mxsweep::scan {

pace::Judgement Suspects::judge(const Address& address, const probe::Observation& seen,
                                Instant now) {
  if (!pace::is_suspicious(seen.cause())) return pace::Judgement::theirs;
  if (pace::may_lack_route(seen.cause())) look_for_route(address.family, now);
  return doubts_.judge(seen.started(), now);
}

// Once per turn: many connects fail together.
void Suspects::look_for_route(Family family, Instant now) {
  Instant& looked_at = looked_at_[family == Family::ipv6];
  if (std::exchange(looked_at, now) == now) return;
  if (const auto reference = routes_.lost(family)) doubts_.lose_route(*reference, now);
}

bool Suspects::lacks_address(const Address& address, Instant now) {
  if (routes_.has_route(address)) return false;  // All ports are in use.
  look_for_route(address.family, now);
  return true;
}

std::optional<Suspects::Judged> Suspects::take() {
  if (changed()) {
    serial_ = doubts_.serial();
    to_judge_ = held_.size();
  }
  for (; to_judge_ > 0; --to_judge_) {
    Held held = std::move(held_.front());
    held_.pop_front();
    const pace::Judgement judgement = doubts_.judge_held(held.seen.started(), held.failed);
    if (judgement != pace::Judgement::hold) {
      --to_judge_;
      return Judged{.held = std::move(held), .judgement = judgement};
    }
    held_.push_back(std::move(held));
  }
  return std::nullopt;
}

std::optional<Suspects::Held> Suspects::take_any() {
  to_judge_ = 0;
  if (held_.empty()) return std::nullopt;
  Held held = std::move(held_.front());
  held_.pop_front();
  doubts_.let_go();
  return held;
}

void Suspects::set_idle(bool idle) {
  if (std::exchange(idle_, idle) != idle) doubts_.set_idle(idle);
}

}  // namespace mxsweep::scan
