// SPDX-License-Identifier: MIT
// Tells each channel what is true, once: compares what it was told with what is, and asks for the
// message that closes the gap. Pure.
//
//   Promise  (1) The last message that a channel has got is true, or a newer one is on its way.
//            (2) A channel is told of an end exactly if it was told of the beginning. (3) Never two
//            openings of an incident without a closing between them. At least once: a message is
//            repeated until it was accepted, and only a crash between that and the commit repeats
//            it afterwards.
//   Retries  5 s, doubled up to 15 min, for 24 h; then the delivery is dead, which is an internal
//            incident. A permanent error has 3 tries. What the receiver asks for (Retry-After) is
//            kept. A message is always composed of the incident as it is when it is sent.
//   Holds    A silence, a maintenance window and blindness hold openings, updates and reminders,
//            never the end of what was told.
//   Errors   none.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mxsweep/watch/effects.h"
#include "mxsweep/watch/incident.h"
#include "mxsweep/watch/moment.h"
#include "mxsweep/watch/rows.h"
#include "mxsweep/watch/settings.h"

namespace mxsweep::watch {

class Notifier {
 public:
  // What it asks of its surroundings. They outlive it.
  struct World {
    std::function<const Incident*(IncidentId)> incident;  // Null: forgotten.
    std::function<bool(const Selector&, const Incident&)> matches;
    // Whether a silence, a maintenance window or blindness holds what would be opened.
    std::function<bool(const Incident&, const Moment&)> held;
    std::function<Message(const Incident&, MessageKind, std::uint32_t reminder, const Channel&,
                          const Moment&)>
        compose;
    // Whether the mail path of this channel is among the incident's members.
    std::function<bool(const Channel&, const Incident&)> is_patient;
  };
  Notifier(const Settings& settings, World world);

  void restore(const std::vector<DeliveryRow>& rows, const Moment& now);
  void on_change(IncidentId incident, const Moment& now);  // Opened, changed, closed, acknowledged.
  void on_holds_changed(const Moment& now);                // A silence or window began or ended.
  void on_delivered(const Delivered& delivered, const Moment& now);
  void reload(const Settings& settings, const Moment& now);  // Channels keep what they were told.

  // Does what is due: appends messages to send, rows to commit and events.
  void turn(const Moment& now, Effects& effects);
  [[nodiscard]] Instant next() const;

  // Nothing is owed to any channel for this incident.
  [[nodiscard]] bool settled(IncidentId incident) const;
  struct Queue {
    std::uint32_t waiting = 0;
    std::uint32_t dead = 0;
    std::optional<WallTime> oldest;
    std::string last_error;
  };
  [[nodiscard]] Queue queue(ChannelNumber channel) const;
  [[nodiscard]] std::vector<ChannelNumber> audience(const Incident& incident) const;
};

}  // namespace mxsweep::watch
