// SPDX-License-Identifier: MIT
#include "mxsweep/pace/doubt.h"

#include <algorithm>

#include "mxsweep/core/invariant.h"

namespace mxsweep::pace {

Judgement Doubt::judge(Instant began, Instant failed) const {
  const std::size_t kept = std::min(outages_seen_, kOutagesKept);
  const bool in_outage = std::any_of(
      outages_.begin(), outages_.begin() + static_cast<std::ptrdiff_t>(kept),
      [&](const Outage& outage) { return began < outage.until && failed > outage.from; });
  if (in_outage || (paused() && failed > outage_from_)) return Judgement::again;
  if (canaries_ == 0 || failed <= good_since_) return Judgement::theirs;
  return Judgement::hold;
}

Instant Doubt::round_due() const {
  if (canaries_ == 0 || in_round_ || no_route_) return kNever;
  if (no_canary_ || rounds_ == 0) return round_at_;
  if (held_ == 0) return kNever;
  return round_began_ + (is_urgent() ? kUrgentRoundEvery : kRoundEvery);
}

void Doubt::begin_round(Instant now) {
  INVARIANT(canaries_ > 0 && !in_round_);
  in_round_ = true;
  round_began_ = now;
}

void Doubt::end_round(Answer answer, Instant now) {
  INVARIANT(in_round_);
  in_round_ = false;
  ++rounds_;
  ++serial_;
  if (answer != Answer::none) {
    if (answer == Answer::late && !paused()) keep_outage(good_since_, now);
    good_since_ = round_began_;
    no_canary_ = false;
    return resume_if_well(now);
  }
  round_at_ = now + kPausedRoundEvery;
  if (no_canary_) return;
  pause(good_since_, now);
  no_canary_ = true;
}

// Without canaries the failure that showed it is the first that does not count.
void Doubt::lose_route(Instant now) {
  if (no_route_) return;
  pause(canaries_ == 0 ? now - Duration{1} : good_since_, now);
  no_route_ = true;
}

void Doubt::regain_route(Instant now) {
  if (!no_route_) return;
  no_route_ = false;
  if (canaries_ == 0) return resume_if_well(now);
  no_canary_ = true;
  round_at_ = now;
}

void Doubt::pause(Instant from, Instant now) {
  ++serial_;
  if (paused()) {
    outage_from_ = std::min(outage_from_, from);
    return;
  }
  outage_from_ = from;
  paused_since_ = now;
  ++pauses_;
}

void Doubt::resume_if_well(Instant now) {
  if (paused() || outage_from_ == kNever) return;
  keep_outage(outage_from_, now);
  outage_from_ = kNever;
  paused_for_ += now - paused_since_;
  ++serial_;
}

void Doubt::keep_outage(Instant from, Instant until) {
  outages_[outages_seen_++ % kOutagesKept] = {.from = from, .until = until};
}

}  // namespace mxsweep::pace
