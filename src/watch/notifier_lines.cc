// SPDX-License-Identifier: MIT
// What leaves on a channel, and what becomes of it.
#include <algorithm>
#include <string>
#include <utility>

#include "watch/notifier_parts.h"

namespace mxsweep::watch {
namespace {

Event event(std::string_view type, IncidentId incident, std::string channel, std::string text,
            const Moment& now) {
  Event made;
  made.type = type;
  made.at = now.wall;
  made.incident = incident;
  made.channel = std::move(channel);
  made.text = std::move(text);
  return made;
}

std::uint32_t reminder_of(const Delivery& delivery) {
  return delivery.owed == MessageKind::reminder ? delivery.row.reminders + 1 : 0;
}

}  // namespace

Delivery* Notifier::Parts::in_flight(IncidentId id, ChannelNumber sent_as) {
  const auto found = audiences.find(id);
  if (found == audiences.end()) return nullptr;
  for (Delivery& delivery : found->second.deliveries) {
    if (delivery.in_flight && delivery.sent_as == sent_as) return &delivery;
  }
  return nullptr;
}

void Notifier::Parts::send_one(const Ready& ready, const Moment& now, Effects& effects) {
  Delivery& delivery = *ready.delivery;
  const MessageKind kind = *delivery.owed;
  const Channel& channel = settings->channels[delivery.channel];
  Message message = world.compose(*ready.incident, kind, reminder_of(delivery), channel, now);
  depart(delivery, kind, ready.incident->revision, now);
  ++lines[delivery.channel].flying;
  effects.sends.push_back({delivery.channel, std::move(message)});
}

void Notifier::Parts::send_digest(ChannelNumber number, const std::vector<Ready>& ready,
                                  const Moment& now, Effects& effects) {
  const Channel& channel = settings->channels[number];
  std::vector<Message> messages;
  Digest& digest = digests.emplace_back();
  digest.sent_as = number;
  digest.channel = channel.name;
  for (const Ready& each : ready) {
    Delivery& delivery = *each.delivery;
    messages.push_back(
        world.compose(*each.incident, *delivery.owed, reminder_of(delivery), channel, now));
    depart(delivery, *delivery.owed, each.incident->revision, now);
    delivery.in_digest = true;
    digest.incidents.push_back(each.id);
  }
  Message message = world.compose_digest(messages, channel, now);
  message.kind = MessageKind::digest;
  ++lines[number].flying;
  lines[number].digest_open = true;
  effects.sends.push_back({number, std::move(message)});
}

void Notifier::Parts::flush(ChannelNumber number, const Moment& now, Effects& effects,
                            std::vector<IncidentId>& touched) {
  Line& line = lines[number];
  if (line.opens() > now.at) return;
  std::vector<Ready> ready;
  for (const IncidentId id : line.ready) {
    const auto found = audiences.find(id);
    if (found == audiences.end()) continue;
    Delivery* const delivery = found->second.find(number);
    const Incident* const incident = world.incident(id);
    if (delivery == nullptr || incident == nullptr || !delivery->owed || delivery->in_flight) {
      continue;
    }
    ready.push_back({id, incident, delivery});
  }
  line.ready.clear();
  std::stable_sort(ready.begin(), ready.end(), [](const Ready& a, const Ready& b) {
    return a.incident->severity > b.incident->severity;
  });
  std::size_t singles = ready.size();
  std::size_t together = 0;
  if (line.cap != 0 && ready.size() > line.slots(now.at)) {
    const bool digest_before =
        std::any_of(digests.begin(), digests.end(),
                    [&](const Digest& other) { return other.sent_as == number; });
    // The answer to a digest names the number of the channel alone: one at a time.
    singles = line.slots(now.at) - (digest_before ? 0 : 1);
    together = digest_before ? 0 : std::min(ready.size() - singles, kDigestMost);
  }
  const auto rest = ready.begin() + static_cast<std::ptrdiff_t>(singles);
  for (auto each = ready.begin(); each != rest; ++each) send_one(*each, now, effects);
  const auto left = rest + static_cast<std::ptrdiff_t>(together);
  if (together > 0) send_digest(number, {rest, left}, now, effects);
  for (auto each = ready.begin(); each != left; ++each) touched.push_back(each->id);
  for (auto each = left; each != ready.end(); ++each) line.ready.insert(each->id);
}

void Notifier::on_delivered(const Delivered& delivered, const Moment& now) {
  Parts& parts = *parts_;
  if (delivered.kind == MessageKind::test) return;
  if (delivered.kind == MessageKind::digest) {
    parts.answer_digest(delivered, now);
    return;
  }
  Delivery* const delivery = parts.in_flight(delivered.incident, delivered.channel);
  if (delivery == nullptr || delivery->in_digest) return;
  const ChannelNumber number = delivery->channel;
  const bool gone = delivery->gone;
  parts.answer(delivered.incident, *delivery, delivered, now);
  if (!gone) parts.line_answered(number, delivered.ok, delivered.retry_after, now);
}

void Notifier::Parts::answer(IncidentId id, Delivery& delivery, const Delivered& delivered,
                             const Moment& now) {
  Audience& audience = audiences.at(id);
  touch(id, audience, now);
  DeliveryLogRow log;
  log.at = now.wall;
  log.incident = id;
  log.channel = delivery.row.channel;
  log.kind = to_string(delivery.flying);
  log.ok = delivered.ok;
  log.status = delivered.status;
  log.took = delivered.took;
  log.text = delivered.text;
  pending.batch.delivery_log.push_back(std::move(log));
  if (delivery.gone) {
    std::erase_if(audience.deliveries, [&](const Delivery& each) { return &each == &delivery; });
    return;
  }
  if (delivered.ok) {
    pending.events.push_back(
        event("told", id, delivery.row.channel, std::string(to_string(delivery.flying)), now));
    arrive(delivery, now);
    return;
  }
  if (fail(delivery, delivered, now) == Failed::waits) return;
  pending.events.push_back(
      event("internal", id, delivery.row.channel,
            std::string(to_string(delivery.flying)) + " was given up: " + delivered.text, now));
  // A channel that cannot report its own death would report that, too, and so on.
  const Incident* const incident = world.incident(id);
  if (incident != nullptr && incident->kind == IncidentKind::internal) return;
  Line& line = lines[delivery.channel];
  if (std::exchange(line.reported, Line::Reported::broken) == Line::Reported::broken) return;
  troubles.push_back(
      {delivery.row.channel, delivered.text.empty() ? std::string("no answer") : delivered.text});
}

void Notifier::Parts::answer_digest(const Delivered& delivered, const Moment& now) {
  const auto found = std::find_if(digests.begin(), digests.end(), [&](const Digest& digest) {
    return digest.sent_as == delivered.channel;
  });
  if (found == digests.end()) return;
  const Digest digest = std::move(*found);
  digests.erase(found);
  Instant again = Instant::min();
  std::vector<Delivery*> failed;
  std::optional<ChannelNumber> number;
  for (std::size_t i = 0; i < settings->channels.size(); ++i) {
    if (settings->channels[i].name == digest.channel) number = static_cast<ChannelNumber>(i);
  }
  for (const IncidentId id : digest.incidents) {
    Delivery* const delivery = in_flight(id, digest.sent_as);
    if (delivery == nullptr) continue;
    const bool gone = delivery->gone;
    answer(id, *delivery, delivered, now);
    if (gone || !delivery->waits()) continue;
    again = std::max(again, delivery->next_at);
    failed.push_back(delivery);
  }
  // They stay together, so that they need one place under the cap again.
  for (Delivery* const delivery : failed) {
    delivery->next_at = again;
    delivery->row.next_try = now.wall_at(again);
  }
  if (!number) return;
  lines[*number].digest_open = false;
  line_answered(*number, delivered.ok, delivered.retry_after, now);
}

void Notifier::Parts::line_answered(ChannelNumber number, bool ok, Duration retry_after,
                                    const Moment& now) {
  Line& line = lines[number];
  if (line.flying > 0) --line.flying;
  if (!ok) {
    if (!line.failing_since) {
      line.failing_since = now.at;
      // What waits for the cap has no attempt of its own that would wake its fallback.
      for (const IncidentId id : line.ready) touch(id, audiences.at(id), now);
    }
    if (retry_after > Duration::zero()) {
      line.not_before = std::max(line.not_before, now.at + std::min(retry_after, kRetryAfterMost));
    }
    return;
  }
  line.count_accepted(now.at);
  const bool long_failed = line.failing_since && now.at - *line.failing_since >= kFallbackAfter;
  line.failing_since.reset();
  if (std::exchange(line.reported, Line::Reported::works) != Line::Reported::works) {
    troubles.push_back({settings->channels[number].name, {}});
  }
  if (long_failed) hurry(number, now);
}

// The channel works again: what waits for it need not wait for its own turn.
void Notifier::Parts::hurry(ChannelNumber number, const Moment& now) {
  for (auto& [id, audience] : audiences) {
    Delivery* const delivery = audience.find(number);
    if (delivery == nullptr || delivery->in_flight) continue;
    // One that was refused for itself, not for the channel, stays given up.
    if (delivery->row.dead && delivery->permanent < kPermanentTriesMax) revive(*delivery);
    if (delivery->waits()) delivery->next_at = std::min(delivery->next_at, now.at);
    touch(id, audience, now);
  }
}

}  // namespace mxsweep::watch
