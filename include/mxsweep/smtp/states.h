// SPDX-License-Identifier: MIT
// The states of a conversation: the first of the two tables of the dialogue (smtp/dialogue.h), with
// everything that depends on the state alone.
//
//   Source   RFC 5321 sections 4.3.2 (the reply codes of each command), 4.5.3.2 (timeouts).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "mxsweep/core/outcome.h"
#include "mxsweep/smtp/command.h"

namespace mxsweep::smtp {

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
  quit,          // QUIT sent.
  leaving,       // Nothing more to send; waiting for the server to close.
};
inline constexpr std::size_t kStateCount = 13;

// Which timeout of the sweep's plan (probe/plan.h) sets the deadline.
enum class Wait : std::uint8_t { greeting, command, tls, quit, close };

struct StateRow {
  State state;
  Phase phase;      // The phase that its time and its reply are recorded in.
  Command command;  // Sent on entering.
  Wait wait;        // How long the server may then take.
  // The one code by which the command succeeds (RFC 5321 section 4.3.2, RFC 3207 section 4). 0: no
  // reply is read in this state.
  int success_code;
  // The greatest depth that a success of the command reaches; connect: none.
  Depth reaches;
  bool keeps_reply;     // The text of a success is worth keeping, not its code alone.
  bool handshake_next;  // The next octets mean a step of a TLS handshake.
  bool worked_before;   // The server had answered EHLO: a failure leaves one that can be used.
  bool learning;        // There is more to learn: an end in this state decides the outcome.
};

// Columns: state, phase, command, wait, success code, reaches, keeps_reply, handshake_next,
// worked_before, learning.
inline constexpr std::array<StateRow, kStateCount> kStates = {{
    {State::implicit_tls, Phase::tls, Command::none, Wait::tls, 0, Depth::connect,  //
     false, true, false, true},
    {State::greeting, Phase::greeting, Command::none, Wait::greeting, 220, Depth::greeting,  //
     true, false, false, true},
    {State::ehlo, Phase::ehlo, Command::ehlo, Wait::command, 250, Depth::tls,  //
     true, false, false, true},
    {State::helo, Phase::ehlo, Command::helo, Wait::command, 250, Depth::tls,  //
     true, false, false, true},
    {State::starttls, Phase::starttls, Command::starttls, Wait::command, 220, Depth::connect,  //
     false, true, true, true},
    {State::handshake, Phase::tls, Command::none, Wait::tls, 0, Depth::connect,  //
     false, true, true, true},
    {State::ehlo_tls, Phase::ehlo_tls, Command::ehlo, Wait::command, 250, Depth::tls,  //
     true, false, true, true},
    {State::mail, Phase::mail, Command::mail, Wait::command, 250, Depth::mail,  //
     true, false, true, true},
    {State::rcpt, Phase::rcpt, Command::rcpt, Wait::command, 250, Depth::rcpt,  //
     true, false, true, true},
    {State::relay, Phase::relay, Command::relay, Wait::command, 250, Depth::relay,  //
     true, false, true, true},
    {State::rset, Phase::quit, Command::rset, Wait::quit, 250, Depth::connect,  //
     false, false, true, false},
    {State::quit, Phase::quit, Command::quit, Wait::quit, 221, Depth::connect,  //
     false, false, false, false},
    {State::leaving, Phase::quit, Command::none, Wait::close, 0, Depth::connect,  //
     false, false, false, false},
}};

[[nodiscard]] constexpr const StateRow& row_of(State state) {
  return kStates[static_cast<std::size_t>(state)];
}

}  // namespace mxsweep::smtp
