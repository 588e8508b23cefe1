// SPDX-License-Identifier: MIT
// A message to a channel: what it is about, as fields that each channel puts into its own form.
//
//   Shape    Plain text, already capped; not escaped: what puts a field into JSON, HTML or a
//            header escapes it there. Octets of a peer are in `evidence` and `summary` only, valid
//            UTF-8, with control characters as \u00XX.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mxsweep/watch/incident.h"

namespace mxsweep::watch {

enum class MessageKind : std::uint8_t {
  opening,
  update,
  reminder,
  closing,
  past,    // An opening that did not get out before the end: "was down from … until …".
  notice,  // Of a kind of incident that has no end.
  digest,  // Several that the channel's cap has held back.
  test,
};
[[nodiscard]] std::string_view to_string(MessageKind kind);

struct Message {
  MessageKind kind = MessageKind::opening;
  IncidentId incident = 0;
  std::uint32_t revision = 0;  // With `incident` and `kind` it identifies the message.
  std::string identity;        // "42.3.opening": stable over retries. For Message-ID, idempotency.
  std::string thread;          // "42": the same for all messages of an incident.
  Severity severity = Severity::critical;
  bool resolved = false;  // Closing, or past.
  std::string subject;    // "[DOWN] 400 hosts in 192.0.2.0/24: connect timeout (since 10:02 UTC)"
  std::string summary;    // One sentence, for a telephone or a chat.
  std::string body;       // The whole text, lines of at most 78 columns.
  std::string scope;      // "192.0.2.0/24"
  std::string group;      // Of its members; several: "several groups".
  std::string cause;      // "net.timeout"
  std::string phase;      // "connect"
  std::string evidence;   // The transcript with what was received; may be empty.
  std::string since;      // RFC 3339, UTC.
  std::string until;      // The same; empty: it goes on.
  std::string link;       // To the status page; may be empty.
  std::string acknowledge_link;  // To a form; the link is the permission. May be empty.
  std::uint32_t members = 0;
  std::vector<std::string> targets;  // The first ten.
  std::string json;  // The incident as JSON: the body of a webhook, the input of `exec`.
};

}  // namespace mxsweep::watch
