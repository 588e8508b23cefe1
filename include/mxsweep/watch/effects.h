// SPDX-License-Identifier: MIT
// What the monitor wants done: values that the loop passes on to store, deliver and the outputs.
//
//   Order    A batch is committed before the messages that came with it are sent.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mxsweep/watch/channel.h"
#include "mxsweep/watch/message.h"
#include "mxsweep/watch/rows.h"

namespace mxsweep::watch {

// One attempt to deliver. The answer is on_delivered() with the same incident and channel.
struct Send {
  ChannelNumber channel = 0;
  Message message;
};

struct Delivered {
  ChannelNumber channel = 0;
  IncidentId incident = 0;
  MessageKind kind = MessageKind::opening;
  std::uint32_t revision = 0;
  bool ok = false;
  bool permanent = false;    // Will not heal by itself: a wrong token, an unknown recipient.
  bool path_failed = false;  // No relay of the mail channel could be reached.
  int status = 0;            // Of HTTP or SMTP; exit status of a program; 0: there was none.
  Duration retry_after{};    // As the receiver asks; zero: it does not.
  Duration took{};
  std::string text;  // What was answered, or the error: one line.
};

// A line of --events: something happened. `type`: problem, confirmed, opened, told, acknowledged,
// silenced, recovered, closed, found, mended, blind, sighted, flapping, settled, reloaded, clock,
// internal.
struct Event {
  std::string_view type;
  WallTime at{};
  std::string monitor;      // The key; empty: of no single one.
  IncidentId incident = 0;  // 0: of none.
  std::string channel;
  std::string text;
};

struct Effects {
  StateBatch batch;
  std::vector<Send> sends;
  std::vector<Event> events;

  [[nodiscard]] bool empty() const { return batch.empty() && sends.empty() && events.empty(); }
};

}  // namespace mxsweep::watch
