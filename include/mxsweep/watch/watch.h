// SPDX-License-Identifier: MIT
// The monitor: results in, effects out. It decides what to probe, what state each monitor is in,
// what is one incident, and whom to tell. Pure: no clock, no sockets, no database.
//
//   Shape    restore() what was saved, add() the monitors; then, again and again: next_probe()
//            until there is none, on_result() for each that ended, turn() at next(), and
//            take_effects(). Each request of next_probe() is answered exactly once, by on_result().
//   Order    the effects of one take_effects() belong together: see watch/effects.h.
//   Cost     a few microseconds a result (bench/watch).
//   Lifetime one thread. Monitors are known by id until remove().
//   Errors   commands return a Status; everything else has none.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/status.h"
#include "mxsweep/watch/effects.h"
#include "mxsweep/watch/health.h"
#include "mxsweep/watch/moment.h"
#include "mxsweep/watch/monitor.h"
#include "mxsweep/watch/sample.h"
#include "mxsweep/watch/settings.h"
#include "mxsweep/watch/time_zone.h"
#include "mxsweep/watch/uptime.h"
#include "mxsweep/watch/vantage.h"

namespace mxsweep::watch {

class Certificates;
class Changes;
class SlowChecks;
struct CheckSample;

struct ProbeRequest {
  MonitorId monitor = kNoMonitor;
  smtp::Depth depth = smtp::Depth::ehlo;
  Instant due{};       // The lag is now - due.
  bool fresh = false;  // A confirmation or a control: ask DNS again, and share no result.
};

// The slow checks of a monitor are due: those of its group (Group::checks).
struct CheckRequest {
  MonitorId monitor = kNoMonitor;
  Instant due{};
};
// Checks that are asked for and not answered yet, at most.
inline constexpr std::uint32_t kChecksOpenMost = 64;

struct CanaryRequest {
  std::uint32_t round = 0;
  std::uint32_t canary = 0;  // Its number in Settings::vantage.
};

struct Totals {
  std::uint32_t monitors = 0;
  std::uint32_t up = 0;
  std::uint32_t degraded = 0;
  std::uint32_t down = 0;
  std::uint32_t unknown = 0;
  std::uint32_t flapping = 0;
  std::uint32_t open_probes = 0;
  std::uint32_t waiting_probes = 0;  // Due, and not begun.
  Sight sight = Sight::clear;
};

// The monitors of a group, now.
struct GroupCounts {
  std::array<std::uint32_t, 4> states{};  // By State.
  // As shares() counts their time.
  std::uint32_t up = 0;
  std::uint32_t down = 0;
  std::uint32_t unobserved = 0;
  std::uint32_t maintenance = 0;

  [[nodiscard]] std::uint32_t of(State state) const {
    return states[static_cast<std::size_t>(state)];
  }
};

// How a group keeps its objective: see ServiceLevel.
struct LevelNow {
  Group::Objective objective;
  double budget_left = 1;
  double burn_hour = 0;
  double burn_day = 0;
};

class Watch {
 public:
  // `capacity`: monitors, at most. `zones`: all that the settings name.
  Watch(Settings settings, Zones zones, std::uint32_t capacity, std::uint64_t seed,
        const Moment& now);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // Requires: before the first add(). What concerns monitors that are not added by
  // end_of_monitors() is dropped then.
  void restore(Saved&& saved, const Moment& now);
  // `hash`: of its server, so that all monitors of one server are due together.
  MonitorId add(Monitor&& monitor, std::uint64_t hash, const Moment& now);
  void remove(MonitorId monitor, const Moment& now);
  void end_of_monitors(const Moment& now);
  [[nodiscard]] MonitorId find(std::string_view key) const;  // kNoMonitor: not watched.
  [[nodiscard]] const Monitor& monitor(MonitorId monitor) const;
  [[nodiscard]] const Health& health(MonitorId monitor) const;
  // Since it was added.
  [[nodiscard]] Shares shares(MonitorId monitor, const Moment& now) const;
  [[nodiscard]] const Settings& settings() const;

  [[nodiscard]] std::optional<ProbeRequest> next_probe(const Moment& now);
  [[nodiscard]] std::optional<CanaryRequest> next_canary(const Moment& now);
  void on_result(MonitorId monitor, const Sample& sample, const Moment& now);
  // The same for slow checks: each request is answered exactly once.
  [[nodiscard]] std::optional<CheckRequest> next_check(const Moment& now);
  void on_checks(MonitorId monitor, const CheckSample& sample, const Moment& now);
  void on_canary(const CanaryRequest& request, bool answered, const Moment& now);
  void on_delivered(const Delivered& delivered, const Moment& now);
  // Probe it soon, as `fresh`, whatever its interval. If a probe is asked for already, as while a
  // failure is confirmed, that one will do: how fast a failure counts must not depend on this.
  void ask(MonitorId monitor, const Moment& now);
  // Check what the selector matches soon. Returns of how many monitors.
  std::uint32_t ask_checks(const Selector& match, const Moment& now);
  // What a name led to, for the changes of addresses and MX sets: sorted, a blank between.
  void on_names(MonitorId monitor, std::string_view addresses, std::string_view mx_set,
                const Moment& now);
  // The wall clock was stepped by so much.
  void on_clock_step(std::chrono::microseconds by, const Moment& now);
  // The monitor's own trouble; `ends`: it is over. `key` names it.
  void on_internal(std::string_view key, std::string_view text, bool ends, const Moment& now);

  void turn(const Moment& now);
  [[nodiscard]] Instant next() const;  // The next moment with something to do.
  [[nodiscard]] Effects take_effects();
  // Whether this result counts as unobserved, or as in maintenance, for the history.
  [[nodiscard]] bool unobserved(MonitorId monitor) const;
  [[nodiscard]] bool in_maintenance(MonitorId monitor) const;

  // Commands, as `mxsweep ctl` gives them. Their errors are sentences for the user.
  Status acknowledge(IncidentId incident, std::string by, std::string note, Duration lasts,
                     const Moment& now);
  Result<std::uint64_t> silence(Selector match, bool maintenance, std::string by, std::string note,
                                Duration lasts, const Moment& now);
  Status end_silence(std::uint64_t silence, const Moment& now);
  // Groups may have changed: monitors of groups that are gone must have been removed, and numbers
  // of groups refer to the new settings from now on.
  void reload(Settings settings, Zones zones, const Moment& now);

  [[nodiscard]] Totals totals() const;
  void each_incident(const std::function<void(const Incident&)>& visit) const;
  [[nodiscard]] std::vector<SilenceRow> active_holds() const;
  [[nodiscard]] std::string incident_json(IncidentId incident) const;  // Empty: there is none.
  struct ChannelState {
    std::string name;
    std::uint32_t waiting = 0;
    std::uint32_t dead = 0;
    std::optional<WallTime> oldest;
    std::string last_error;
  };
  [[nodiscard]] std::vector<ChannelState> channels() const;

  // What pages, API and metrics read. Each costs as much as what it returns.
  [[nodiscard]] MonitorId end() const;               // Ids are below it; not each of them
  [[nodiscard]] bool used(MonitorId monitor) const;  // has a monitor.
  [[nodiscard]] std::uint64_t added() const;         // Calls of add() since the beginning.
  [[nodiscard]] const GroupCounts& counts(GroupNumber group) const;
  void each_flapping(const std::function<void(MonitorId)>& visit) const;
  [[nodiscard]] std::optional<LevelNow> level(GroupNumber group, const Moment& now) const;
  [[nodiscard]] Sight sight() const;
  [[nodiscard]] std::string explain_sight() const;  // VantageCheck::explain().
  [[nodiscard]] std::uint32_t open_probes() const;
  [[nodiscard]] std::uint32_t waiting_probes() const;
  [[nodiscard]] const Incident* incident(IncidentId incident) const;  // Null: there is none.
  // The open one that it is a member of: down before flapping, degraded and unobserved. 0: none.
  [[nodiscard]] IncidentId incident_of(MonitorId monitor) const;
  [[nodiscard]] std::span<const EvidenceRow> evidence(IncidentId incident) const;
  [[nodiscard]] std::vector<DeliveryRow> deliveries(IncidentId incident) const;  // By channel.
  // See headline() and public_headline() in watch/compose.h.
  [[nodiscard]] std::string headline(const Incident& incident) const;
  [[nodiscard]] const Certificates& certificates() const;
  [[nodiscard]] const Changes& changes() const;
  [[nodiscard]] const SlowChecks& slow_checks() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace mxsweep::watch
