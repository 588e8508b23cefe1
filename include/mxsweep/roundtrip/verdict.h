// SPDX-License-Identifier: MIT
// What became of a message, from what sending and fetching have shown. Pure: one table decides.
//
//   Rule     a message that was not seen is lost only if its folders could be looked at until the
//            deadline: while they cannot, that is fetch_failed.
//   Errors   none.
#pragma once

#include <cstdint>
#include <string_view>

namespace mxsweep::roundtrip {

// In the order in which they are passed.
enum class Phase : std::uint8_t {
  dns,
  connect,
  greeting,
  ehlo,
  starttls,
  tls,
  ehlo_tls,
  auth,
  mail,
  rcpt,
  data,     // From DATA to 354.
  dot,      // From the final dot to its reply: the server has the message.
  command,  // One that a script sends as it is.
  quit,
  fetch_connect,
  fetch_greeting,
  fetch_tls,
  login,
  select,
  wait,  // From the reply to the final dot until the message is seen.
  search,
  headers,
  remove,
  logout,
};
[[nodiscard]] std::string_view to_string(Phase phase);  // "fetch_connect", "delete"

enum class State : std::uint8_t {
  ok,
  slow,                    // Delivered, but a phase took longer than it may.
  send_failed,             // The server does not have the message.
  accepted_not_delivered,  // It has taken the message, which is in no folder at the deadline.
  delivered_elsewhere,     // In another folder than wanted: junk.
  fetch_failed,            // It is not known, because the mailbox cannot be looked at.
  bounced,                 // A report of non-delivery has come to the sender.
  unknown,                 // Stopped too early to tell.
};
[[nodiscard]] std::string_view to_string(State state);

enum class Sent : std::uint8_t {
  queued,   // The final dot was accepted.
  failed,   // Refused, or ended before the final dot was sent.
  unsure,   // The final dot was sent, and no reply came.
  stopped,  // By this program.
};
enum class Found : std::uint8_t {
  not_tried,  // Nothing was to be fetched.
  as_wanted,
  elsewhere,
  nowhere,  // All folders were looked at until the deadline.
  failed,   // One of them could not be looked at.
  stopped,  // By this program, before the deadline.
};

struct Outcome {
  Sent sent = Sent::stopped;
  Phase sent_until = Phase::dns;  // Where sending has ended.
  Found found = Found::not_tried;
  Phase found_until = Phase::fetch_connect;  // Where fetching has ended.
  bool bounced = false;
  bool slow = false;
  Phase slowest = Phase::dns;  // With `slow`: the first phase that took too long.
};

struct Verdict {
  State state = State::unknown;
  bool has_phase = false;  // With slow, send_failed and fetch_failed.
  Phase phase = Phase::dns;

  friend bool operator==(const Verdict&, const Verdict&) = default;
};
[[nodiscard]] Verdict judge(const Outcome& outcome);

}  // namespace mxsweep::roundtrip
