// SPDX-License-Identifier: MIT
// Incidents, channels and a clock around a Notifier, for its tests.
#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "mxsweep/watch/notifier.h"
#include "support/catch.h"

namespace mxsweep::watch {

inline Moment begin_of_tests() {
  return {Instant(std::chrono::hours{1000}), WallTime(std::chrono::days{20500})};
}

inline Channel channel_of(std::string name, std::uint32_t cap = 0) {
  Channel channel;
  channel.name = std::move(name);
  channel.kind = "webhook";
  channel.max_per_hour = cap;
  return channel;
}

struct Scene {
  Settings settings;
  std::map<IncidentId, Incident> incidents;
  std::set<IncidentId> silenced;
  std::set<std::string> patients;  // Channels whose mail path is in every incident.
  Moment now = begin_of_tests();
  std::unique_ptr<Notifier> notifier;
  std::vector<Send> sends;  // Not answered.
  std::map<std::pair<IncidentId, std::string>, DeliveryRow> rows;
  std::vector<DeliveryLogRow> log;
  std::vector<Event> events;
  std::vector<std::string> troubles;  // "NAME: error", "NAME works".

  // Routes to the channels `names` for everything; more is the test's to set, before start().
  explicit Scene(const std::vector<std::string>& names) {
    Route& route = settings.routes.emplace_back();
    for (const std::string& name : names) {
      route.to.push_back(static_cast<ChannelNumber>(settings.channels.size()));
      settings.channels.push_back(channel_of(name));
    }
  }

  [[nodiscard]] Notifier::World world() {
    Notifier::World world;
    world.incident = [this](IncidentId id) -> const Incident* {
      const auto found = incidents.find(id);
      return found == incidents.end() ? nullptr : &found->second;
    };
    world.matches = [](const Selector& selector, const Incident& incident) {
      return !selector.severity || *selector.severity == incident.severity;
    };
    world.held = [this](const Incident& incident, const Moment&) {
      return silenced.count(incident.id) > 0;
    };
    world.compose = [](const Incident& incident, MessageKind kind, std::uint32_t reminder,
                       const Channel&, const Moment&) {
      Message message;
      message.kind = kind;
      message.incident = incident.id;
      message.revision = incident.revision;
      message.json = std::to_string(incident.id) + "." + std::to_string(incident.revision) + "." +
                     std::string(to_string(kind));
      if (reminder > 0) message.json += std::to_string(reminder);
      return message;
    };
    world.compose_digest = [](std::span<const Message> messages, const Channel&, const Moment&) {
      Message digest;
      for (const Message& message : messages) digest.json += message.json + " ";
      return digest;
    };
    world.is_patient = [this](const Channel& channel, const Incident&) {
      return patients.count(channel.name) > 0;
    };
    world.on_channel = [this](const Channel& channel, std::string_view error, const Moment&) {
      troubles.push_back(channel.name +
                         (error.empty() ? std::string(" works") : ": " + std::string(error)));
    };
    return world;
  }

  void start() {
    notifier = std::make_unique<Notifier>(settings, world());
    std::vector<DeliveryRow> saved;
    for (const auto& [key, row] : rows) saved.push_back(row);
    notifier->restore(saved, now);
    for (const auto& [id, incident] : incidents) notifier->on_change(id, now);
    turn();
  }
  // The process dies: what is in flight is never answered, and what is committed is all there is.
  void restart() {
    sends.clear();
    start();
  }

  void commit(const Effects& effects) {
    for (const DeliveryRow& row : effects.batch.deliveries) rows[{row.incident, row.channel}] = row;
    log.insert(log.end(), effects.batch.delivery_log.begin(), effects.batch.delivery_log.end());
    events.insert(events.end(), effects.events.begin(), effects.events.end());
    sends.insert(sends.end(), effects.sends.begin(), effects.sends.end());
  }
  void turn() {
    int turns = 0;
    while (notifier->next() <= now.at) {
      REQUIRE(++turns < 100);  // Each turn gets something done.
      Effects effects;
      notifier->turn(now, effects);
      commit(effects);
    }
  }
  // Stops at each moment on the way that next() names.
  void pass(Duration duration) {
    const Instant until = now.at + duration;
    while (notifier->next() <= until) {
      const Instant at = std::max(notifier->next(), now.at);
      now = now + (at - now.at);
      turn();
    }
    now = now + (until - now.at);
  }

  Incident& open(IncidentId id, IncidentKind kind = IncidentKind::down) {
    Incident& incident = incidents[id];
    incident.id = id;
    incident.kind = kind;
    incident.since = now.wall;
    incident.opened = now.wall;
    change(id);
    return incident;
  }
  void change(IncidentId id) {
    notifier->on_change(id, now);
    turn();
  }
  void grow(IncidentId id) {
    ++incidents[id].revision;
    change(id);
  }
  void close(IncidentId id) {
    incidents[id].closed = now.wall;
    grow(id);
  }
  void acknowledge(IncidentId id, Duration lasts) {
    incidents[id].acknowledged.emplace().until = now.wall_at(now.at + lasts);
    change(id);
  }
  void silence(IncidentId id) {
    silenced.insert(id);
    change_holds();
  }
  void end_silence(IncidentId id) {
    silenced.erase(id);
    change_holds();
  }
  void change_holds() {
    notifier->on_holds_changed(now);
    turn();
  }

  // "mail 1.1.opening, chat 1.1.opening": what is in flight, and is now answered as accepted.
  std::string accept() {
    return answer([](Delivered& delivered) { delivered.ok = true; });
  }
  std::string fail(bool permanent = false, Duration retry_after = {}) {
    return answer([&](Delivered& delivered) {
      delivered.permanent = permanent;
      delivered.retry_after = retry_after;
      delivered.text = "503 not now";
    });
  }
  template <typename Fill>
  std::string answer(Fill fill) {
    std::string what;
    for (const Send& send : std::exchange(sends, {})) {
      what += (what.empty() ? "" : ", ") + settings.channels[send.channel].name + " " +
              send.message.json;
      Delivered delivered;
      delivered.channel = send.channel;
      delivered.incident = send.message.incident;
      delivered.kind = send.message.kind;
      delivered.revision = send.message.revision;
      fill(delivered);
      notifier->on_delivered(delivered, now);
    }
    turn();
    return what;
  }
  const DeliveryRow& row(IncidentId id, const char* name) const { return rows.at({id, name}); }
};

}  // namespace mxsweep::watch
