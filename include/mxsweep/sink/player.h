// SPDX-License-Identifier: MIT
// The server's side of one conversation in clear text, played from a persona's scripts. Pure:
// octets and `now` in, octets, deadlines and actions out. Session (sink/session.h) adds TLS.
//
//   Source    RFC 5321 section 4.1 (commands), 4.5.3.1.4 (512 octets per command line); RFC 9051
//             section 2.2.1 (tags); RFC 1939 section 3.
//   Shape     on_start() when it is time to greet, on_hello() when the client's first TLS octets
//             have arrived; one of them comes first. Else on_bytes(), on_timer() and on_sent() as
//             they happen, until an action ends it. A command that arrives while a script is
//             running waits for the end of the script.
//   Lifetime  PlayerOutput::send views the persona; with `report_sent` the player, until on_sent().
//   Memory    56 octets; a heap block only while a command is incomplete or a text has
//             fields or is endless.
//   Errors    none: anything that a client sends is a command, possibly an unknown one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "mxsweep/core/address.h"
#include "mxsweep/core/time.h"
#include "mxsweep/sink/persona.h"
#include "mxsweep/sink/script.h"

namespace mxsweep::sink {

inline constexpr std::size_t kCommandOctetsMax = 512;  // Of unread commands; more is dropped.
inline constexpr std::uint16_t kCommandsMax = 1000;    // After that the session is closed.
// Fits any socket buffer, so that on_sent() is not needed.
inline constexpr std::size_t kUnconfirmedOctetsMax = 4096;
inline constexpr std::uint32_t kFloodOctetsMax = 4 << 20;  // Of an endless text; then it hangs.

struct PlayerOutput {
  std::string_view send = {};
  bool report_sent = false;  // Call on_sent() when `send` has been sent.
  Instant wake = kNever;     // Call on_timer() at this time. Replaces any earlier request.
  StepAction action = StepAction::none;  // Once `send` is queued: close, reset, tls or cut.
};

class Player {
 public:
  Player(const Persona& persona, const Address& at) : persona_(&persona), at_(at) {}

  // Runs the script "greeting".
  [[nodiscard]] PlayerOutput on_start(Instant now);
  // Runs the script "hello", which ends with an action, by default StepAction::tls.
  [[nodiscard]] PlayerOutput on_hello(Instant now);
  [[nodiscard]] PlayerOutput on_bytes(std::string_view octets, Instant now);
  [[nodiscard]] PlayerOutput on_timer(Instant now);
  [[nodiscard]] PlayerOutput on_sent(Instant now);
  // From now on the conversation is under TLS.
  void on_secured() { secured_ = true; }

  [[nodiscard]] const Persona& persona() const { return *persona_; }
  [[nodiscard]] std::uint32_t out_of_turn() const { return out_of_turn_; }
  [[nodiscard]] bool hung() const { return state_ == State::hung; }

 private:
  // ended: by an action; TLS may follow.
  enum class State : std::uint8_t { running, sending, idle, hung, ended };

  struct Scratch {
    std::string unread;         // Commands; the last one may be incomplete.
    std::string tag;            // Of the latest command, in IMAP.
    std::string rendered;       // The current step's text, with its fields filled in.
    std::uint32_t flooded = 0;  // Octets sent of an endless text.
  };

  [[nodiscard]] PlayerOutput advance(Instant now);
  [[nodiscard]] Trigger read_command(std::string_view line);
  [[nodiscard]] Trigger trigger_of(std::string_view command) const;
  void begin_script(Trigger trigger, Instant now);
  void begin_step(std::size_t step, Instant now);
  void end_script(Instant now);
  StepAction act(StepAction action, Instant now);
  [[nodiscard]] Scratch& scratch();
  [[nodiscard]] std::string_view text(const Step& step);
  [[nodiscard]] std::string_view next_piece(const Step& step, Instant now);
  [[nodiscard]] bool owes_octets() const;
  void keep(std::string_view octets);
  bool take_command(Instant now);

  const Persona* persona_;
  std::unique_ptr<Scratch> scratch_;
  Instant wake_{};              // When the current step continues.
  std::uint32_t position_ = 0;  // In the current step's text.
  std::uint32_t out_of_turn_ = 0;
  std::uint16_t commands_ = 0;
  std::uint8_t step_ = 0;
  Trigger trigger_ = Trigger::greeting;
  State state_ = State::idle;
  bool secured_ = false;
  bool has_recipient_ = false;  // Of the current mail transaction.
  Address at_;
};
static_assert(sizeof(Player) <= 56, "a Session consists of one and a pointer");

}  // namespace mxsweep::sink
