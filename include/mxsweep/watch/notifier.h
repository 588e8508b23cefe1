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
//            never the end of what was told. An incident that was held all its life is not told;
//            one whose opening was tried, or waited for the channel's cap, is told as
//            MessageKind::past.
//   Clocks   Reminders count from the last message of the incident on that channel, escalations
//            from its opening; both begin anew at the end of a hold.
//   Cap      Channel::max_per_hour counts what was accepted in the last hour. When more is ready
//            than may leave, the last free place takes one digest of all the rest.
//   Fallback It joins an incident when the mail path is the patient, or its channel has failed for
//            60 s or has given up; the first channel's message stays queued.
//   Errors   none.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/watch/channel.h"
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
    // One message of several, of kind MessageKind::digest.
    std::function<Message(std::span<const Message>, const Channel&, const Moment&)> compose_digest;
    // A channel has given up a message (`error`), or has accepted one, for the first time since
    // then or since the start (`error` is empty). Called at the end of turn(); may be absent.
    std::function<void(const Channel&, std::string_view error, const Moment&)> on_channel;
  };
  // `settings` outlive it, or its next reload().
  Notifier(const Settings& settings, World world);
  ~Notifier();
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  // What was owed when the process ended. Then on_change() for each incident that is still open,
  // and for each that has a row here, before turn(): a row without an incident is dropped.
  void restore(const std::vector<DeliveryRow>& rows, const Moment& now);
  void on_change(IncidentId incident, const Moment& now);  // Opened, changed, closed, acknowledged.
  void on_holds_changed(const Moment& now);                // A silence or window began or ended.
  void on_path_restored(const Moment& now);                // Our own network works again.
  void on_delivered(const Delivered& delivered, const Moment& now);
  // Channels are known by name, and keep what they were told. One that a route now leads to gets
  // the openings of open incidents; what is owed to a channel that is gone is dropped; openings
  // that were given up are tried again.
  void reload(const Settings& settings, const Moment& now);

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
  [[nodiscard]] std::vector<DeliveryRow> deliveries(IncidentId incident) const;  // By channel.

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace mxsweep::watch
