// SPDX-License-Identifier: MIT
// The channels of one incident: those of its routes, of the escalations that are due, and the
// fallbacks of those that do not work. Pure.
#pragma once

#include <functional>
#include <vector>

#include "mxsweep/watch/notifier.h"
#include "watch/delivery.h"
#include "watch/line.h"

namespace mxsweep::watch {

// A channel has failed for so long that its fallback joins.
inline constexpr Duration kFallbackAfter = std::chrono::seconds{60};

struct Audience {
  struct Step {  // Of an escalation.
    Duration after{};
    ChannelNumber channel = 0;
    Duration reminder{};
  };
  std::vector<Delivery> deliveries;
  std::vector<Step> steps;
  bool unseen = true;     // It was not planned yet, in this process.
  bool changed = true;    // Since it was planned.
  bool unmatched = true;  // The routes must be matched again.
  bool held = false;
  bool busy = false;  // Something is owed or in flight.
  bool over = false;  // The incident has ended, and nothing is owed: to be forgotten.
  Instant opened{};   // The incident.
  Instant free_since = Instant::min();
  Instant wake = kNever;

  [[nodiscard]] Delivery& of(IncidentId incident, ChannelNumber channel, const Settings& settings);
  [[nodiscard]] Delivery* find(ChannelNumber channel);
};

// Which channels the routes lead to; keeps what each was told.
void match_routes(Audience& audience, const Incident& incident, const Settings& settings,
                  const std::function<bool(const Selector&, const Incident&)>& matches);
// Steps of escalation that are due join; `wake` becomes the moment of the next, if it is earlier.
void escalate(Audience& audience, const Circumstances& circumstances, const Settings& settings);
// The fallbacks of channels that do not work, or are themselves the patient, join.
void join_fallbacks(Audience& audience, const Circumstances& circumstances,
                    const Settings& settings, const std::vector<Line>& lines,
                    const std::function<bool(const Channel&, const Incident&)>& is_patient);

}  // namespace mxsweep::watch
