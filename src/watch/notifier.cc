// SPDX-License-Identifier: MIT
#include "mxsweep/watch/notifier.h"

#include <algorithm>
#include <utility>

#include "watch/instant_of.h"
#include "watch/notifier_parts.h"

namespace mxsweep::watch {
namespace {

// A notice has no end to wait for: once in this time it is looked whether it is forgotten.
constexpr Duration kNoticeKept = std::chrono::hours{1};

bool acknowledged(const Incident& incident, const Moment& now) {
  return incident.acknowledged && now.wall < incident.acknowledged->until;
}

// Two channels of one incident may have had the same number in turn, around a reload. The answer
// to the first must come before the second may send: answers name the number.
bool ambiguous(const Audience& audience, const Delivery& delivery) {
  return std::any_of(
      audience.deliveries.begin(), audience.deliveries.end(),
      [&](const Delivery& other) { return other.in_flight && other.sent_as == delivery.channel; });
}

DeliveryRow dropped(DeliveryRow row, std::string_view why) {
  row.dead = true;
  row.next_try = {};
  row.last_error = why;
  return row;
}

std::vector<Line> lines_of(const Settings& settings) {
  std::vector<Line> lines(settings.channels.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    lines[i].channel = settings.channels[i].name;
    lines[i].cap = settings.channels[i].max_per_hour;
  }
  return lines;
}

std::optional<ChannelNumber> number_of(const Settings& settings, std::string_view name) {
  for (std::size_t i = 0; i < settings.channels.size(); ++i) {
    if (settings.channels[i].name == name) return static_cast<ChannelNumber>(i);
  }
  return std::nullopt;
}

constexpr std::string_view kRemoved = "the channel is no longer configured";

}  // namespace

Notifier::Notifier(const Settings& settings, World world) : parts_(std::make_unique<Parts>()) {
  parts_->settings = &settings;
  parts_->world = std::move(world);
  parts_->lines = lines_of(settings);
}
Notifier::~Notifier() = default;

Audience& Notifier::Parts::audience_of(IncidentId id) { return audiences[id]; }

void Notifier::Parts::wake_at(IncidentId id, Audience& audience, Instant at) {
  if (audience.wake != kNever) due.erase({audience.wake, id});
  audience.wake = at;
  if (at != kNever) due.insert({at, id});
}

void Notifier::Parts::touch(IncidentId id, Audience& audience, const Moment& now) {
  audience.changed = true;
  wake_at(id, audience, now.at);
}

void Notifier::restore(const std::vector<DeliveryRow>& rows, const Moment& now) {
  Parts& parts = *parts_;
  for (const DeliveryRow& row : rows) {
    const auto channel = number_of(*parts.settings, row.channel);
    if (!channel) {
      parts.pending.batch.deliveries.push_back(dropped(row, kRemoved));
      continue;
    }
    Audience& audience = parts.audience_of(row.incident);
    audience.deliveries.push_back(restored(row, *channel, now));
    parts.touch(row.incident, audience, now);
    const Delivery& delivery = audience.deliveries.back();
    const bool counts = row.last_told != WallTime{} && now.at - delivery.told_at < kCapWindow;
    if (counts) parts.lines[*channel].count_accepted(delivery.told_at);
  }
  for (Line& line : parts.lines) std::sort(line.accepted.begin(), line.accepted.end());
  // What a fallback had to deliver it still has to, although the channel before it may work now.
  for (auto& [id, audience] : parts.audiences) {
    for (Delivery& delivery : audience.deliveries) {
      delivery.fallback =
          delivery.waits() &&
          std::any_of(parts.settings->channels.begin(), parts.settings->channels.end(),
                      [&](const Channel& channel) { return channel.fallback == delivery.channel; });
    }
  }
}

void Notifier::on_change(IncidentId incident, const Moment& now) {
  Audience& audience = parts_->audience_of(incident);
  audience.unmatched = true;
  parts_->touch(incident, audience, now);
}

void Notifier::on_holds_changed(const Moment& now) {
  for (auto& [id, audience] : parts_->audiences) parts_->touch(id, audience, now);
}

void Notifier::on_path_restored(const Moment& now) {
  for (std::size_t i = 0; i < parts_->lines.size(); ++i) {
    if (parts_->lines[i].failing_since) parts_->hurry(static_cast<ChannelNumber>(i), now);
  }
}

void Notifier::reload(const Settings& settings, const Moment& now) {
  Parts& parts = *parts_;
  std::vector<Line> lines = lines_of(settings);
  for (Line& before : parts.lines) {
    const auto number = number_of(settings, before.channel);
    if (!number) continue;
    Line& line = lines[*number];
    const std::uint32_t cap = line.cap;
    line = std::move(before);
    line.cap = cap;
    line.ready.clear();
    if (cap == 0) line.accepted.clear();
  }
  parts.lines = std::move(lines);
  parts.settings = &settings;
  for (auto& [id, audience] : parts.audiences) {
    for (Delivery& delivery : audience.deliveries) {
      if (delivery.gone) continue;
      delivery.owed.reset();
      delivery.fallback = delivery.fallback && delivery.row.opening_told;
      if (const auto number = number_of(settings, delivery.row.channel)) {
        delivery.channel = *number;
        revive(delivery);
        continue;
      }
      parts.pending.batch.deliveries.push_back(dropped(delivery.row, kRemoved));
      delivery.gone = true;
    }
    std::erase_if(audience.deliveries,
                  [](const Delivery& delivery) { return delivery.gone && !delivery.in_flight; });
    audience.unmatched = true;
    parts.touch(id, audience, now);
  }
}

void Notifier::Parts::close_rows(Audience& audience) {
  for (Delivery& delivery : audience.deliveries) {
    lines[delivery.channel].ready.erase(delivery.row.incident);
    delivery.owed.reset();
    if (delivery.in_flight || !delivery.waits()) continue;
    end_waiting(delivery);
  }
}

void Notifier::Parts::plan_delivery(IncidentId id, Audience& audience, Delivery& delivery,
                                    const Circumstances& circumstances) {
  const Moment& now = circumstances.now;
  if (delivery.in_flight) {
    audience.busy = true;
    return;
  }
  Line& line = lines[delivery.channel];
  delivery.owed = owed_by(delivery, circumstances);
  if (!delivery.owed) {
    line.ready.erase(id);
    const Incident& incident = circumstances.incident;
    // An opening that was tried may have arrived, so it is remembered until the end.
    const bool remembered = incident.open() && !delivery.row.opening_told &&
                            delivery.row.tries > 0 && !is_notice(incident.kind);
    if (delivery.waits() && !remembered) end_waiting(delivery);
    if (incident.open() && !is_notice(incident.kind)) {
      audience.wake = std::min(audience.wake, delivery.remind_at(circumstances));
    }
    return;
  }
  audience.busy = true;
  const Stage stage = stage_of(*delivery.owed);
  if (!delivery.waits() || (delivery.stage != stage && delivery.stage != Stage::none)) {
    begin_waiting(delivery, stage, now);
  }
  delivery.stage = stage;
  const Instant at = std::max(delivery.next_at, line.not_before);
  if (at > now.at) {
    line.ready.erase(id);
    audience.wake = std::min(audience.wake, at);
  } else if (!ambiguous(audience, delivery)) {
    line.ready.insert(id);
  }
}

void Notifier::Parts::plan(IncidentId id, Audience& audience, const Moment& now) {
  audience.changed = false;
  audience.busy = false;
  audience.wake = kNever;
  const Incident* const incident = world.incident(id);
  if (incident == nullptr) {
    close_rows(audience);
    audience.over = std::none_of(audience.deliveries.begin(), audience.deliveries.end(),
                                 [](const Delivery& delivery) { return delivery.in_flight; });
    return;
  }
  const bool notice = is_notice(incident->kind);
  if (audience.unseen) {
    audience.unseen = false;
    audience.opened = std::min(now.at, now.instant_at(incident->opened));
    for (Delivery& delivery : audience.deliveries) {
      delivery.end_dead =
          delivery.row.dead && !incident->open() && delivery.row.first_try >= *incident->closed;
    }
  }
  const bool held = (incident->open() || notice) && world.held(*incident, now);
  if (audience.held && !held) {
    audience.free_since = now.at;
    // The time of the hold is not the channel's fault.
    for (Delivery& delivery : audience.deliveries) delivery.first_at = now.at;
  }
  audience.held = held;
  const Circumstances circumstances{*incident, held, acknowledged(*incident, now),
                                    audience.free_since, now};
  if (audience.unmatched) match_routes(audience, *incident, *settings, world.matches);
  escalate(audience, circumstances, *settings);
  join_fallbacks(audience, circumstances, *settings, lines, world.is_patient);
  for (Delivery& delivery : audience.deliveries) {
    if (delivery.gone) {
      audience.busy = audience.busy || delivery.in_flight;
    } else {
      plan_delivery(id, audience, delivery, circumstances);
    }
  }
  if (incident->open() && circumstances.acknowledged) {
    audience.wake = std::min(audience.wake, instant_of(incident->acknowledged->until, now));
  }
  if (notice) {
    audience.wake = std::min(audience.wake, now.at + kNoticeKept);
  } else {
    audience.over = !incident->open() && !audience.busy;
  }
}

void Notifier::turn(const Moment& now, Effects& effects) {
  Parts& parts = *parts_;
  std::vector<IncidentId> touched;
  while (!parts.due.empty() && parts.due.begin()->first <= now.at) {
    const IncidentId id = parts.due.begin()->second;
    parts.due.erase(parts.due.begin());
    Audience& audience = parts.audiences.at(id);
    parts.plan(id, audience, now);
    if (audience.wake != kNever) {
      // What is due now is done by now: a wake in the past would be a turn without end.
      audience.wake = std::max(audience.wake, now.at + Duration{1});
      parts.due.insert({audience.wake, id});
    }
    touched.push_back(id);
  }
  for (std::size_t i = 0; i < parts.lines.size(); ++i) {
    parts.flush(static_cast<ChannelNumber>(i), now, effects, touched);
  }
  // Rows of this turn replace older ones of the same batch.
  StateBatch& batch = parts.pending.batch;
  auto& rows = effects.batch.deliveries;
  rows.insert(rows.end(), batch.deliveries.begin(), batch.deliveries.end());
  auto& log = effects.batch.delivery_log;
  log.insert(log.end(), batch.delivery_log.begin(), batch.delivery_log.end());
  auto& events = effects.events;
  events.insert(events.end(), parts.pending.events.begin(), parts.pending.events.end());
  parts.pending = {};
  for (const IncidentId id : touched) {
    const auto found = parts.audiences.find(id);
    if (found == parts.audiences.end()) continue;
    for (Delivery& delivery : found->second.deliveries) {
      if (delivery.dirty && !delivery.gone) rows.push_back(delivery.row);
      delivery.dirty = false;
    }
    if (!found->second.over) continue;
    parts.wake_at(id, found->second, kNever);
    parts.audiences.erase(found);
  }
  const std::vector<Parts::Trouble> troubles = std::exchange(parts.troubles, {});
  if (!parts.world.on_channel) return;
  for (const Parts::Trouble& trouble : troubles) {
    const auto number = number_of(*parts.settings, trouble.channel);
    if (number) parts.world.on_channel(parts.settings->channels[*number], trouble.error, now);
  }
}

Instant Notifier::next() const {
  if (!parts_->pending.empty() || !parts_->troubles.empty()) return Instant::min();
  Instant next = parts_->due.empty() ? kNever : parts_->due.begin()->first;
  for (const Line& line : parts_->lines) next = std::min(next, line.opens());
  return next;
}

bool Notifier::settled(IncidentId incident) const {
  const auto found = parts_->audiences.find(incident);
  if (found == parts_->audiences.end()) return true;
  const Audience& audience = found->second;
  if (audience.changed || audience.busy) return false;
  // A notice that is held is owed.
  return !audience.held ||
         std::all_of(audience.deliveries.begin(), audience.deliveries.end(),
                     [](const Delivery& delivery) { return delivery.row.opening_told; });
}

Notifier::Queue Notifier::queue(ChannelNumber channel) const {
  Queue queue;
  WallTime error_at{};
  for (const auto& [id, audience] : parts_->audiences) {
    for (const Delivery& delivery : audience.deliveries) {
      if (delivery.gone || delivery.channel != channel) continue;
      const DeliveryRow& row = delivery.row;
      if (row.dead) ++queue.dead;
      if (delivery.waits()) {
        ++queue.waiting;
        queue.oldest = std::min(queue.oldest.value_or(row.first_try), row.first_try);
      }
      if (!row.last_error.empty() && row.first_try >= error_at) {
        error_at = row.first_try;
        queue.last_error = row.last_error;
      }
    }
  }
  return queue;
}

std::vector<ChannelNumber> Notifier::audience(const Incident& incident) const {
  Audience audience;
  if (const auto found = parts_->audiences.find(incident.id); found != parts_->audiences.end()) {
    audience = found->second;
  }
  if (audience.unmatched) {
    match_routes(audience, incident, *parts_->settings, parts_->world.matches);
  }
  std::vector<ChannelNumber> channels;
  for (const Delivery& delivery : audience.deliveries) {
    if (!delivery.gone && delivery.wanted()) channels.push_back(delivery.channel);
  }
  return channels;
}

std::vector<DeliveryRow> Notifier::deliveries(IncidentId incident) const {
  std::vector<DeliveryRow> rows;
  const auto found = parts_->audiences.find(incident);
  if (found == parts_->audiences.end()) return rows;
  for (const Delivery& delivery : found->second.deliveries) {
    if (!delivery.gone) rows.push_back(delivery.row);
  }
  std::ranges::sort(rows, {}, &DeliveryRow::channel);
  return rows;
}

}  // namespace mxsweep::watch
