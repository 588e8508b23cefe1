// SPDX-License-Identifier: MIT
#include "watch/audience.h"

#include <algorithm>

namespace mxsweep::watch {
namespace {

Duration shorter(Duration a, Duration b) {
  if (a <= Duration::zero()) return b;
  return b <= Duration::zero() ? a : std::min(a, b);
}

}  // namespace

Delivery* Audience::find(ChannelNumber channel) {
  const auto found = std::find_if(
      deliveries.begin(), deliveries.end(),
      [&](const Delivery& delivery) { return !delivery.gone && delivery.channel == channel; });
  return found == deliveries.end() ? nullptr : &*found;
}

Delivery& Audience::of(IncidentId incident, ChannelNumber channel, const Settings& settings) {
  if (Delivery* const known = find(channel)) return *known;
  Delivery& delivery = deliveries.emplace_back();
  delivery.row.incident = incident;
  delivery.row.channel = settings.channels[channel].name;
  delivery.channel = channel;
  return delivery;
}

void match_routes(Audience& audience, const Incident& incident, const Settings& settings,
                  const std::function<bool(const Selector&, const Incident&)>& matches) {
  audience.unmatched = false;
  audience.steps.clear();
  for (Delivery& delivery : audience.deliveries) {
    delivery.on_route = false;
    delivery.reminder = {};
  }
  for (const Route& route : settings.routes) {
    if (!matches(route.match, incident)) continue;
    for (const ChannelNumber channel : route.to) {
      Delivery& delivery = audience.of(incident.id, channel, settings);
      delivery.on_route = true;
      delivery.reminder = shorter(delivery.reminder, route.reminder);
    }
    for (const Escalation& escalation : route.escalate) {
      for (const ChannelNumber channel : escalation.to) {
        audience.steps.push_back({escalation.after, channel, route.reminder});
      }
    }
  }
}

void escalate(Audience& audience, const Circumstances& circumstances, const Settings& settings) {
  const Incident& incident = circumstances.incident;
  for (Delivery& delivery : audience.deliveries) {
    // Once it has the opening it belongs to the audience until the end.
    delivery.escalated = delivery.escalated && delivery.row.opening_told;
  }
  if (!incident.open() || is_notice(incident.kind) || circumstances.held) return;
  // What was held is new to the first channels, too: they have their time before the next are due.
  const Instant from = std::max(audience.opened, audience.free_since);
  for (const Audience::Step& step : audience.steps) {
    const bool due = circumstances.now.at >= from + step.after;
    if (!due && !circumstances.acknowledged) {
      audience.wake = std::min(audience.wake, from + step.after);
    }
    Delivery* delivery = audience.find(step.channel);
    const bool has_it = delivery != nullptr && delivery->row.opening_told;
    if ((!due || circumstances.acknowledged) && !has_it) continue;
    delivery = &audience.of(incident.id, step.channel, settings);
    delivery->escalated = true;
    if (!delivery->on_route) delivery->reminder = shorter(delivery->reminder, step.reminder);
  }
}

void join_fallbacks(Audience& audience, const Circumstances& circumstances,
                    const Settings& settings, const std::vector<Line>& lines,
                    const std::function<bool(const Channel&, const Incident&)>& is_patient) {
  const Incident& incident = circumstances.incident;
  if (circumstances.held || (!incident.open() && !is_notice(incident.kind))) return;
  // A fallback may have one of its own: the list grows while it is read, once for each channel.
  for (std::size_t i = 0; i < audience.deliveries.size(); ++i) {
    const Delivery& delivery = audience.deliveries[i];
    if (delivery.gone || !delivery.wanted()) continue;
    const Channel& channel = settings.channels[delivery.channel];
    if (!channel.fallback) continue;
    bool join = is_patient(channel, incident);
    const std::optional<Instant> failing = lines[delivery.channel].failing_since;
    if (!delivery.row.opening_told) {
      join = join || delivery.row.dead;
      if (failing && circumstances.now.at - *failing >= kFallbackAfter) join = true;
      if (failing && !join) audience.wake = std::min(audience.wake, *failing + kFallbackAfter);
    }
    const Delivery* const joined = audience.find(*channel.fallback);
    if (!join && (joined == nullptr || !joined->fallback)) continue;
    const Duration reminder = delivery.reminder;
    Delivery& fallback = audience.of(incident.id, *channel.fallback, settings);
    if (!fallback.on_route) fallback.reminder = shorter(fallback.reminder, reminder);
    fallback.fallback = true;
  }
}

}  // namespace mxsweep::watch
