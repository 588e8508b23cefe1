// SPDX-License-Identifier: MIT
// What the dialogues of all mail protocols have in common: the states, with everything that depends
// on the state alone, and the form of a transition. Each protocol has a table of transitions, its
// commands, and a reader of its replies, which give an event (smtp/dialogue.h).
//
//   Source   RFC 5321 section 4.5.3.2 (timeouts), RFC 3207 (STARTTLS, and EHLO again after it).
//   Words    those of SMTP, as in records.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "mxsweep/core/outcome.h"

namespace mxsweep {

// How far to go. Each includes the ones before it.
enum class Depth : std::uint8_t { connect, greeting, ehlo, tls, mail, rcpt, relay };

// The deepest step that a server of other people may be asked for: a conversation that begins a
// mail transaction looks like an attempt to send mail.
inline constexpr Depth kForeignDepthMost = Depth::tls;

enum class State : std::uint8_t {
  implicit_tls,  // Connected; the TLS handshake comes first.
  greeting,      // Waiting for the server's greeting.
  ehlo,          // EHLO sent.
  helo,          // EHLO rejected with 5xx, HELO sent on the same connection.
  starttls,      // STARTTLS sent.
  handshake,     // STARTTLS accepted, TLS handshake in progress.
  ehlo_tls,      // EHLO sent again, under TLS.
  mail,          // MAIL FROM:<> sent: a mail transaction begins.
  rcpt,          // RCPT TO sent, with a recipient that the server should accept.
  relay,         // RCPT TO sent, with a recipient of a foreign domain.
  rset,          // RSET sent: the transaction ends without a message.
  transaction,   // The caller's own commands (probe/transaction.h).
  quit,          // QUIT sent.
  leaving,       // Nothing more to send; waiting for the server to close.
};
inline constexpr std::size_t kStateCount = 14;

// Which timeout of the sweep's plan (probe/plan.h) sets the deadline.
enum class Wait : std::uint8_t { greeting, command, tls, quit, close };

struct StateRow {
  State state;
  Phase phase;  // The phase that its time and its reply are recorded in.
  Wait wait;    // How long the server may then take.
  // The greatest depth that a success of the command reaches; connect: none.
  Depth reaches;
  bool reads_reply;
  bool keeps_reply;     // The text of a success is worth keeping, not its code alone.
  bool handshake_next;  // The next octets mean a step of a TLS handshake.
  bool worked_before;   // The server had answered EHLO: a failure leaves one that can be used.
  bool learning;        // There is more to learn: an end in this state decides the outcome.
};

// Columns: state, phase, wait, reaches, reads_reply, keeps_reply, handshake_next, worked_before,
// learning.
inline constexpr std::array<StateRow, kStateCount> kStates = {{
    {State::implicit_tls, Phase::tls, Wait::tls, Depth::connect, false, false, true, false, true},
    {State::greeting, Phase::greeting, Wait::greeting, Depth::greeting,  //
     true, true, false, false, true},
    {State::ehlo, Phase::ehlo, Wait::command, Depth::tls, true, true, false, false, true},
    {State::helo, Phase::ehlo, Wait::command, Depth::tls, true, true, false, false, true},
    {State::starttls, Phase::starttls, Wait::command, Depth::connect,  //
     true, false, true, true, true},
    {State::handshake, Phase::tls, Wait::tls, Depth::connect, false, false, true, true, true},
    {State::ehlo_tls, Phase::ehlo_tls, Wait::command, Depth::tls, true, true, false, true, true},
    {State::mail, Phase::mail, Wait::command, Depth::mail, true, true, false, true, true},
    {State::rcpt, Phase::rcpt, Wait::command, Depth::rcpt, true, true, false, true, true},
    {State::relay, Phase::relay, Wait::command, Depth::relay, true, true, false, true, true},
    {State::rset, Phase::quit, Wait::quit, Depth::connect, true, false, false, true, false},
    {State::transaction, Phase::mail, Wait::command, Depth::connect,  //
     false, false, false, true, true},
    {State::quit, Phase::quit, Wait::quit, Depth::connect, true, false, false, false, false},
    {State::leaving, Phase::quit, Wait::close, Depth::connect, false, false, false, false, false},
}};

[[nodiscard]] constexpr const StateRow& row_of(State state) {
  return kStates[static_cast<std::size_t>(state)];
}

// What a complete reply means, given what the probe still needs.
enum class Event : std::uint8_t {
  secured,     // Not a reply: the TLS handshake is complete.
  offers_tls,  // Success, and the reply offers STARTTLS, which we want.
  accepted,    // Success.
  satisfied,   // Success, and the user asked for no more than this.
  transacts,   // As much is known as a transaction needs, and there is one.
  tempfail,    // Declined for now.
  rejected,    // Declined.
  going_away,  // The server closes the connection, whatever we send.
  unexpected,  // This command has no such reply.
};

struct Transition {
  State from;
  Event on;
  State to;
  bool declined;  // The reply is a refusal, and decides the outcome.

  [[nodiscard]] constexpr bool reads_on() const { return from == to; }
};

// Null if there is no such row.
[[nodiscard]] constexpr const Transition* find(std::span<const Transition> table, State from,
                                               Event on) {
  for (const Transition& row : table) {
    if (row.from == from && row.on == on) return &row;
  }
  return nullptr;
}

// What a reader has found at the start of the octets that it was given.
enum class ReplyStatus : std::uint8_t { need_more, complete, malformed, too_long };

}  // namespace mxsweep
