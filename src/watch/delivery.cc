// SPDX-License-Identifier: MIT
#include "watch/delivery.h"

#include <algorithm>

namespace mxsweep::watch {
namespace {

// A stored moment on this process's clock. The wall clock may have been stepped in between, so
// neither the past nor the future is taken at its word.
Instant past(WallTime stored, const Moment& now) {
  return std::min(now.at, now.instant_at(stored));
}

}  // namespace

Stage stage_of(MessageKind kind) {
  switch (kind) {
    case MessageKind::opening:
    case MessageKind::notice: return Stage::beginning;
    case MessageKind::update:
    case MessageKind::reminder: return Stage::middle;
    case MessageKind::closing:
    case MessageKind::past: return Stage::end;
    case MessageKind::digest:
    case MessageKind::test: break;
  }
  return Stage::none;
}

Instant Delivery::remind_at(const Circumstances& circumstances) const {
  if (reminder <= Duration::zero() || !row.opening_told || circumstances.held ||
      circumstances.acknowledged || !wanted()) {
    return kNever;
  }
  // After a hold the clock begins anew: its end must not release a volley of reminders.
  return std::max(told_at, circumstances.free_since) + reminder;
}

Delivery restored(const DeliveryRow& row, ChannelNumber channel, const Moment& now) {
  Delivery delivery;
  delivery.row = row;
  delivery.channel = channel;
  delivery.first_at = past(row.first_try, now);
  delivery.told_at = past(row.last_told, now);
  delivery.next_at = std::min(now.instant_at(row.next_try), now.at + kRetryAfterMost);
  return delivery;
}

std::optional<MessageKind> owed_by(const Delivery& delivery, const Circumstances& circumstances) {
  const DeliveryRow& row = delivery.row;
  const Incident& incident = circumstances.incident;
  const bool given_up = row.dead && row.revision_told >= incident.revision;
  if (is_notice(incident.kind)) {
    const bool due = !row.opening_told && !given_up && delivery.wanted() && !circumstances.held;
    return due ? std::optional(MessageKind::notice) : std::nullopt;
  }
  if (!incident.open()) {
    if (row.closing_told || delivery.end_dead) return std::nullopt;
    if (row.opening_told) return MessageKind::closing;
    // It was tried, or would have been had the channel's cap let it; what was held is not owed.
    return row.dead || delivery.waits() ? std::optional(MessageKind::past) : std::nullopt;
  }
  if (circumstances.held || !delivery.wanted()) return std::nullopt;
  if (!row.opening_told) return given_up ? std::nullopt : std::optional(MessageKind::opening);
  if (incident.revision > row.revision_told) return MessageKind::update;
  if (delivery.remind_at(circumstances) <= circumstances.now.at) return MessageKind::reminder;
  return std::nullopt;
}

void begin_waiting(Delivery& delivery, Stage stage, const Moment& now) {
  delivery.stage = stage;
  delivery.permanent = 0;
  delivery.first_at = now.at;
  if (!delivery.waits()) {
    delivery.next_at = now.at;
    delivery.row.next_try = now.wall;
  }  // Else the channel has just failed: that there is more to say does not repair it.
  delivery.row.tries = 0;
  delivery.row.dead = false;
  delivery.row.first_try = now.wall;
  delivery.dirty = true;
}

void end_waiting(Delivery& delivery) {
  delivery.stage = Stage::none;
  delivery.permanent = 0;
  delivery.row.tries = 0;
  delivery.row.first_try = {};
  delivery.row.next_try = {};
  delivery.dirty = true;
}

void depart(Delivery& delivery, MessageKind kind, std::uint32_t revision, const Moment& now) {
  delivery.in_flight = true;
  delivery.sent_as = delivery.channel;
  delivery.flying = kind;
  delivery.flying_revision = revision;
  ++delivery.row.tries;
  // Due at once for the process that finds this row after a crash.
  delivery.row.next_try = now.wall;
  delivery.dirty = true;
}

void arrive(Delivery& delivery, const Moment& now) {
  DeliveryRow& row = delivery.row;
  switch (delivery.flying) {
    case MessageKind::opening: row.opening_told = true; break;
    case MessageKind::closing: row.closing_told = true; break;
    case MessageKind::reminder: ++row.reminders; break;
    case MessageKind::past:
    case MessageKind::notice:
      row.opening_told = true;
      row.closing_told = true;
      break;
    case MessageKind::update:
    case MessageKind::digest:
    case MessageKind::test: break;
  }
  row.revision_told = delivery.flying_revision;
  row.dead = false;
  row.last_told = now.wall;
  row.last_error.clear();
  delivery.told_at = now.at;
  delivery.in_flight = false;
  delivery.in_digest = false;
  end_waiting(delivery);
}

Failed fail(Delivery& delivery, const Delivered& delivered, const Moment& now) {
  DeliveryRow& row = delivery.row;
  delivery.in_flight = false;
  delivery.in_digest = false;
  delivery.dirty = true;
  row.last_error = delivered.text;
  if (delivered.permanent) ++delivery.permanent;
  if (delivery.permanent < kPermanentTriesMax && now.at - delivery.first_at < kPatience) {
    const std::uint32_t doublings = std::min(row.tries - 1, 8U);
    const Duration pause = std::min(kRetryFirst * (1U << doublings), kRetryMost);
    delivery.next_at = now.at + std::max(pause, std::min(delivered.retry_after, kRetryAfterMost));
    row.next_try = now.wall_at(delivery.next_at);
    return Failed::waits;
  }
  row.dead = true;
  row.next_try = {};
  delivery.end_dead = stage_of(delivery.flying) == Stage::end;
  // Not owed again until there is more to say.
  if (!delivery.end_dead) row.revision_told = delivery.flying_revision;
  if (delivery.flying == MessageKind::reminder) {
    delivery.told_at = now.at;
    row.last_told = now.wall;
  }
  return Failed::given_up;
}

void revive(Delivery& delivery) {
  if (!delivery.row.dead || delivery.row.opening_told) return;
  delivery.row.revision_told = 0;
}

}  // namespace mxsweep::watch
