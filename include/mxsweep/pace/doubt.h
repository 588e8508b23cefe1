// SPDX-License-Identifier: MIT
// Decides whether failures are the servers' or our own network's, and when a sweep must pause. It
// does so by canaries, servers that the user knows to answer, and by routes of this machine that
// were there and are lost. Pure: `now` is an argument, probes and routes are checked by the caller.
//
//   Shape     judge() each suspicious failure (pace/suspicion.h) when it happens, and held ones
//             again after each change of serial(). At round_due() probe all canaries at once, which
//             is a round, and call end_round().
//   Rules     A failure is the server's if a canary answered a probe that began after it. If no
//             canary answers, the sweep pauses until one does, and each visit that was open at some
//             moment since the last round with an answer, and failed, is made again. An answer that
//             needed a second SYN came through a network that had been failing: the same, without a
//             pause. Without canaries a failure is the server's, unless its visit was open while a
//             route was lost.
//   Cost      one round in 10 s while something is held; one in 2 s if many failures are held, if
//             nothing else is left to do, or if failures come and no server has answered for a
//             second. So a network that fails for longer than a connect timeout is found out while
//             it does.
//   Threads   one at a time; scan/doubts.h shares it.
//   Errors    none. A network that fails again and again makes the sweep longer, never wrong.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "mxsweep/core/time.h"

namespace mxsweep::pace {

inline constexpr Duration kRoundEvery = std::chrono::seconds{10};
inline constexpr Duration kUrgentRoundEvery = std::chrono::seconds{2};
inline constexpr Duration kPausedRoundEvery = std::chrono::seconds{2};
// Without a sign of life for so long, a failure is urgent.
inline constexpr Duration kSilence = std::chrono::seconds{1};
// So many failures at once are urgent, too: a network of dead addresses, or our own.
inline constexpr std::uint32_t kManyHeld = 256;
// Failures held at once, after which nothing starts before they are judged: some 10 MB. Visits that
// are open at that moment may add theirs.
inline constexpr std::uint32_t kHeldMost = 32'768;

enum class Judgement : std::uint8_t {
  theirs,  // The server's: record it, or try again later as for any failure.
  hold,    // Not known yet.
  again,   // Our network was failing: the visit does not count.
};

// What the canaries did in one round.
enum class Answer : std::uint8_t {
  prompt,  // One accepted the connection before a SYN was sent again, and then sent a greeting.
  late,    // One did the same, but later.
  none,
};

class Doubt {
 public:
  // `canaries`: their number; 0: only routes are watched. The first round is due at once, so that a
  // canary that never answers is reported at the start.
  Doubt(std::uint32_t canaries, Instant start)
      : canaries_(canaries),
        good_since_(start),
        round_at_(start),
        last_life_(start),
        last_failed_(start) {}

  // A failure at `failed` of a visit that began at `began`.
  [[nodiscard]] Judgement judge(Instant began, Instant failed) const;
  // Changes whenever the judgement of a held failure may have changed.
  [[nodiscard]] std::uint32_t serial() const { return serial_; }

  void hold(Instant failed) {
    ++held_;
    last_failed_ = std::max(last_failed_, failed);
  }
  void release() { --held_; }
  // A server has answered.
  void see_life(Instant now) { last_life_ = std::max(last_life_, now); }
  // Nothing is left to start, so the sweep waits for the failures that are held.
  void set_urgent(bool urgent) { urgent_ = urgent; }
  [[nodiscard]] std::uint32_t held() const { return held_; }

  [[nodiscard]] bool paused() const { return no_canary_ || no_route_; }
  [[nodiscard]] bool may_begin() const { return !paused() && held_ < kHeldMost; }

  // When to begin the next round; kNever: when something is held. Not during a round.
  [[nodiscard]] Instant round_due() const;
  void begin_round(Instant now);
  void end_round(Answer answer, Instant now);

  // A route that was there is lost, and is there again. With canaries, one of them must then answer
  // before the sweep goes on.
  void lose_route(Instant now);
  void regain_route(Instant now);
  [[nodiscard]] bool route_lost() const { return no_route_; }

  [[nodiscard]] std::uint32_t pauses() const { return pauses_; }
  [[nodiscard]] Duration paused_for(Instant now) const {
    return paused_for_ + (paused() ? now - paused_since_ : Duration::zero());
  }

 private:
  // A visit that was open at any moment of it may have failed because of us.
  struct Outage {
    Instant from;
    Instant until;
  };
  // Failures are judged again within a turn after each change, so older outages concern none.
  static constexpr std::size_t kOutagesKept = 8;

  void pause(Instant from, Instant now);
  void resume_if_well(Instant now);
  void keep_outage(Instant from, Instant until);
  [[nodiscard]] bool is_urgent() const {
    return urgent_ || held_ >= kManyHeld || last_failed_ >= last_life_ + kSilence;
  }

  std::uint32_t canaries_;
  Instant good_since_;  // The beginning of the last round with an answer.
  Instant round_at_;    // When the next round of a pause is due, or the first.
  Instant round_began_{};
  Instant last_life_;
  Instant last_failed_;
  std::uint32_t rounds_ = 0;
  std::uint32_t held_ = 0;
  std::uint32_t serial_ = 0;
  bool in_round_ = false;
  bool urgent_ = false;
  bool no_canary_ = false;
  bool no_route_ = false;
  Instant outage_from_ = kNever;  // Of the pause.
  Instant paused_since_{};
  Duration paused_for_{};
  std::uint32_t pauses_ = 0;
  std::array<Outage, kOutagesKept> outages_{};
  std::size_t outages_seen_ = 0;
};

}  // namespace mxsweep::pace
