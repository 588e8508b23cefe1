// SPDX-License-Identifier: MIT
// Writes the messages: subject, summary and body of an incident, in plain English. Pure.
//
//   Units    times in UTC, and in the channel's zone beside it.
//   Errors   none. Texts of peers are capped at kEvidenceOctetsMax.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "mxsweep/watch/channel.h"
#include "mxsweep/watch/incident.h"
#include "mxsweep/watch/message.h"
#include "mxsweep/watch/moment.h"
#include "mxsweep/watch/monitor.h"
#include "mxsweep/watch/rows.h"
#include "mxsweep/watch/settings.h"
#include "mxsweep/watch/slow_checks.h"
#include "mxsweep/watch/time_zone.h"

namespace mxsweep::watch {

inline constexpr std::size_t kEvidenceOctetsMax = 4096;
inline constexpr std::size_t kTargetsShown = 10;

struct Subject {  // What a message is about.
  const Incident& incident;
  const Settings& settings;
  const Zones& zones;
  std::function<const Monitor*(MonitorId)> monitor;  // Null: no longer watched.
  std::span<const EvidenceRow> evidence;             // Of the incident, oldest first.
  // What the checks of a monitor find fault with now; may be empty.
  std::function<std::vector<OpenFinding>(MonitorId)> findings{};
};

// `reminder`: its number, of a reminder.
[[nodiscard]] Message compose(const Subject& subject, MessageKind kind, std::uint32_t reminder,
                              const Channel& channel, const Moment& now);
// Several messages that a channel's cap has held back, in one.
[[nodiscard]] Message compose_digest(std::span<const Message> messages, const Channel& channel,
                                     const Moment& now);
[[nodiscard]] Message compose_test(const Channel& channel, const Moment& now);

// "400 hosts in 192.0.2.0/24: connect timeout": the subject of a message without its tag and times.
[[nodiscard]] std::string headline(const Subject& subject);
// The same for a public page: "400 hosts of group edge: connect timeout". Of all names it has only
// those of groups, and nothing that a server or the monitor's surroundings have said. `groups`: of
// the members.
[[nodiscard]] std::string public_headline(const Incident& incident,
                                          std::span<const std::string> groups, bool domains);

// What was received in failed probes, for people to read: UTF-8, at most kEvidenceOctetsMax octets,
// in lines of at most 78 columns. Empty if there is no record that can be read.
[[nodiscard]] std::string transcript_of(std::span<const EvidenceRow> evidence);

// The incident as JSON, as in webhooks and `ctl --json`: documented in docs/watch-messages.md.
[[nodiscard]] std::string to_json(const Subject& subject);

}  // namespace mxsweep::watch
