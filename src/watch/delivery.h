// SPDX-License-Identifier: MIT
// One incident on one channel: what was delivered, what is owed, and when to try again. Pure.
//
//   Source    The intervals of retries: those of mail servers, shortened (RFC 5321 4.5.4.1).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "mxsweep/watch/effects.h"
#include "mxsweep/watch/incident.h"
#include "mxsweep/watch/moment.h"
#include "mxsweep/watch/rows.h"

namespace mxsweep::watch {

inline constexpr Duration kRetryFirst = std::chrono::seconds{5};
inline constexpr Duration kRetryMost = std::chrono::minutes{15};
inline constexpr Duration kPatience = std::chrono::hours{24};
inline constexpr std::uint32_t kPermanentTriesMax = 3;
// A receiver may ask for a pause, but not for the end of all alerts.
inline constexpr Duration kRetryAfterMost = std::chrono::hours{1};

// Messages of one stage supersede each other; a new stage has a patience of its own.
enum class Stage : std::uint8_t { none, beginning, middle, end };
[[nodiscard]] Stage stage_of(MessageKind kind);

// What holds for all deliveries of an incident.
struct Circumstances {
  const Incident& incident;
  bool held = false;
  bool acknowledged = false;
  Instant free_since{};  // The end of the last hold.
  Moment now{};
};

struct Delivery {
  DeliveryRow row;
  ChannelNumber channel = 0;
  ChannelNumber sent_as = 0;  // Of what is in flight: a reload may have renumbered since.
  // Why the channel is in the audience.
  bool on_route = false;
  bool escalated = false;
  bool fallback = false;
  bool in_flight = false;
  bool in_digest = false;  // It is part of the digest in flight.
  bool gone = false;       // The channel was removed while this was in flight.
  bool dirty = false;      // The row is not in a batch yet.
  bool end_dead = false;   // What was given up was the end.
  Stage stage = Stage::none;
  MessageKind flying = MessageKind::opening;
  std::uint32_t flying_revision = 0;
  std::uint32_t permanent = 0;  // Permanent errors of the message that waits.
  std::optional<MessageKind> owed;
  Duration reminder{};  // Zero: none.
  Instant first_at{};
  Instant next_at{};
  Instant told_at{};

  [[nodiscard]] bool wanted() const { return on_route || escalated || fallback; }
  [[nodiscard]] bool waits() const { return row.next_try != WallTime{}; }
  // When a reminder is due; kNever: there is none to come.
  [[nodiscard]] Instant remind_at(const Circumstances& circumstances) const;
};

// A delivery as it goes on after a restart.
[[nodiscard]] Delivery restored(const DeliveryRow& row, ChannelNumber channel, const Moment& now);

// The message that closes the gap between what was delivered and what is true.
[[nodiscard]] std::optional<MessageKind> owed_by(const Delivery& delivery,
                                                 const Circumstances& circumstances);

void begin_waiting(Delivery& delivery, Stage stage, const Moment& now);
void end_waiting(Delivery& delivery);
void depart(Delivery& delivery, MessageKind kind, std::uint32_t revision, const Moment& now);
void arrive(Delivery& delivery, const Moment& now);  // What was in flight was accepted.
enum class Failed : std::uint8_t { waits, given_up };
Failed fail(Delivery& delivery, const Delivered& delivered, const Moment& now);
// Tries again what was given up while the incident goes on.
void revive(Delivery& delivery);

}  // namespace mxsweep::watch
