// SPDX-License-Identifier: MIT
// The server's side of one conversation in clear text, played from a persona's scripts. Pure:
// octets and `now` in, octets, deadlines and deeds out. What TLS does to them is the Session's.
//
//   Source    RFC 5321 section 4.1 (commands), 4.5.3.1.4 (512 octets a command line).
//   Shape     on_start() or on_hello() first; then on_bytes(), on_timer() and on_sent() as they
//             happen, until a deed ends it. A command that comes while a script still runs waits
//             for its end.
//   Lifetime  Play::send views the persona; when `tell` is set, the player, until on_sent().
//   Memory    56 octets; a heap block only while a command is incomplete, a text names the host or
//             has no end.
//   Errors    none: whatever a client sends is a command, if only an unknown one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "mxsweep/core/address.h"
#include "mxsweep/core/time.h"
#include "mxsweep/sink/persona.h"

namespace mxsweep::sink {

inline constexpr std::size_t kCommandOctetsMax = 512;  // Kept of unread commands; more is dropped.
inline constexpr std::uint16_t kCommandsMax = 1000;    // Then the session is closed.
inline constexpr std::size_t kQuietOctetsMax = 4096;   // Fits any socket buffer: no need to tell.
inline constexpr std::uint32_t kFloodOctetsMax = 4 << 20;  // Of an endless text; then it hangs.

struct Play {
  std::string_view send = {};
  bool tell = false;       // Call on_sent() when `send` has left.
  Instant wake = kNever;   // Call on_timer() then. Replaces what was asked for before.
  Deed deed = Deed::none;  // Once `send` is queued: close, reset, tls or cut.
};

class Player {
 public:
  Player(const Persona& persona, const Address& at) : persona_(&persona), at_(at) {}

  [[nodiscard]] Play on_start(Instant now);
  [[nodiscard]] Play on_hello(Instant now);  // Ends with a deed, if only Deed::tls.
  [[nodiscard]] Play on_bytes(std::string_view octets, Instant now);
  [[nodiscard]] Play on_timer(Instant now);
  [[nodiscard]] Play on_sent(Instant now);
  // What is said from now on is said under TLS.
  void on_secured() { secured_ = true; }

  [[nodiscard]] const Persona& persona() const { return *persona_; }
  [[nodiscard]] std::uint32_t out_of_turn() const { return out_of_turn_; }
  [[nodiscard]] bool hung() const { return state_ == State::hung; }

 private:
  // ended: by a deed, which TLS may follow.
  enum class State : std::uint8_t { running, sending, idle, hung, ended };

  struct Scratch {
    std::string unread;         // Commands, the last one perhaps incomplete.
    std::string rendered;       // The current step's text, host name filled in.
    std::uint32_t flooded = 0;  // Octets sent of an endless text.
  };

  [[nodiscard]] Play advance(Instant now);
  [[nodiscard]] Part part_of(std::string_view command) const;
  void begin_script(Part part, Instant now);
  void begin_step(std::size_t step, Instant now);
  void end_script(Instant now);
  Deed act(Deed deed, Instant now);
  [[nodiscard]] Scratch& scratch();
  [[nodiscard]] std::string_view text(const Step& step);
  [[nodiscard]] std::string_view next_piece(const Step& step, Instant now);
  [[nodiscard]] bool owes_octets() const;
  void keep(std::string_view octets);
  bool take_command(Instant now);

  const Persona* persona_;
  std::unique_ptr<Scratch> scratch_;
  Instant wake_{};              // When the current step goes on.
  std::uint32_t position_ = 0;  // In the current step's text.
  std::uint32_t out_of_turn_ = 0;
  std::uint16_t commands_ = 0;
  std::uint8_t step_ = 0;
  Part part_ = Part::greeting;
  State state_ = State::idle;
  bool secured_ = false;
  Address at_;
};
static_assert(sizeof(Player) <= 56, "a Session is one, and a pointer");

}  // namespace mxsweep::sink
