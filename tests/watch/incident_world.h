// SPDX-License-Identifier: MIT
// Monitors and their incidents, in virtual time.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "mxsweep/watch/incidents.h"
#include "support/catch.h"

namespace mxsweep::watch {

class IncidentWorld {
 public:
  explicit IncidentWorld(std::vector<std::string> group_by = {}) {
    settings.groups.resize(1);
    settings.groups[0].name = "edge";
    settings.groups[0].group_by = std::move(group_by);
    restart(0);
  }

  // Incidents of a process that begins now; all monitors are added.
  void restart(IncidentId last) {
    incidents = std::make_unique<Incidents>(
        settings, [this](MonitorId id) -> const Monitor& { return monitors_[id]; }, last);
    for (MonitorId id = 0; id < monitors_.size(); ++id) incidents->add(id);
  }

  // Servers at addresses that follow each other.
  std::vector<MonitorId> servers(std::string_view first, std::size_t count,
                                 const std::string& mx_operator, const std::string& meta = {}) {
    std::vector<MonitorId> ids;
    const std::uint32_t address = ipv4_host_order(*parse_address(first));
    for (std::uint32_t i = 0; i < count; ++i) {
      ids.push_back(add(ipv4(address + i), 25, "mx." + mx_operator, meta));
    }
    return ids;
  }
  // Servers with nothing in common but their operator, if it is given.
  std::vector<MonitorId> scattered(std::size_t count, const std::string& host = {}) {
    std::vector<MonitorId> ids;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t number = ++scattered_;
      ids.push_back(add(ipv4(0x0a000001U + (number << 8U)), 25,
                        host.empty() ? "mx.s" + std::to_string(number) + ".test" : host, {}));
    }
    return ids;
  }
  // Several ports of one address.
  std::vector<MonitorId> same_address(std::string_view address, std::uint16_t count) {
    std::vector<MonitorId> ids;
    for (std::uint16_t i = 0; i < count; ++i) {
      ids.push_back(add(*parse_address(address), static_cast<std::uint16_t>(25 + i), {}, {}));
    }
    return ids;
  }

  void fail(MonitorId id, IncidentKind kind = IncidentKind::down, Phase phase = Phase::connect,
            Cause cause = Cause::net_timeout, Severity severity = Severity::critical) {
    incidents->open_problem({.monitor = id,
                             .kind = kind,
                             .severity = severity,
                             .phase = phase,
                             .cause = cause,
                             .since = now.wall},
                            now);
  }
  void recover(MonitorId id, IncidentKind kind = IncidentKind::down) {
    incidents->close_problem(id, kind, now.wall, now);
  }
  void turn() {
    std::vector<IncidentChange> changes;
    incidents->turn(now, changes);
    for (const IncidentChange& change : changes) all.emplace_back(change.what, change.incident);
  }
  // Time passes, with a turn whenever one is due.
  void pass(Duration duration) {
    const Instant end = now.at + duration;
    turn();
    for (Instant next = incidents->next(); next < end; next = incidents->next()) {
      REQUIRE(next > now.at);  // A turn that leaves something due would never end.
      now = now + (next - now.at);
      turn();
    }
    now = now + (end - now.at);
    turn();
  }

  const Monitor& monitor(MonitorId id) const { return monitors_[id]; }
  const Incident& incident(IncidentId id) const {
    const Incident* const found = incidents->find(id);
    REQUIRE(found != nullptr);
    return *found;
  }
  // The one that has opened.
  const Incident& only() const {
    std::vector<const Incident*> found;
    incidents->each([&](const Incident& incident) { found.push_back(&incident); });
    REQUIRE(found.size() == 1);
    return *found[0];
  }
  // Of all incidents in the order of their ids: the scope and the number of members.
  std::vector<std::pair<ScopeKind, std::size_t>> opened() const {
    std::vector<std::pair<ScopeKind, std::size_t>> found;
    incidents->each([&](const Incident& incident) {
      found.emplace_back(incident.scope, incident.members.size());
    });
    return found;
  }

  Settings settings;
  Moment now{Instant{std::chrono::hours{1}}, WallTime{std::chrono::hours{500'000}}};
  const WallTime started = now.wall;
  std::unique_ptr<Incidents> incidents;
  std::vector<std::pair<IncidentChange::What, IncidentId>> all;  // What turns have returned.

  MonitorId add(const Address& address, std::uint16_t port, std::string host, std::string meta) {
    Monitor monitor;
    monitor.target = to_string(address);
    monitor.key = "edge " + monitor.target + ':' + std::to_string(port);
    monitor.address = address;
    monitor.port = port;
    monitor.host = std::move(host);
    monitor.meta = std::move(meta);
    monitors_.push_back(std::move(monitor));
    const auto id = static_cast<MonitorId>(monitors_.size() - 1);
    incidents->add(id);
    return id;
  }

 private:
  std::vector<Monitor> monitors_;
  std::uint32_t scattered_ = 0;
};

}  // namespace mxsweep::watch
