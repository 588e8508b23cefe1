// SPDX-License-Identifier: MIT
// A Watch that is killed and started again: it goes on from what was committed.
//
//   Shape    Monitors are known by numbers that stay over restarts; a number is not used again.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mxsweep/watch/slow_checks.h"
#include "mxsweep/watch/watch.h"
#include "support/catch.h"
#include "watch/kept_state.h"

namespace mxsweep::watch {

class LastingWatch {
 public:
  LastingWatch(Settings settings, Zones zones, std::uint32_t capacity, const Moment& now)
      : settings_(std::move(settings)), zones_(std::move(zones)), capacity_(capacity) {
    begin(now);
  }

  std::uint32_t add(Monitor monitor, std::uint64_t hash, const Moment& now) {
    const auto number = static_cast<std::uint32_t>(roster_.size());
    roster_.push_back({std::move(monitor), hash, true, kNoMonitor, now.at});
    enter(number, now);
    return number;
  }
  void end_of_monitors(const Moment& now) { watch_->end_of_monitors(now); }
  void remove(std::uint32_t number, const Moment& now) {
    roster_[number].watched = false;
    watch_->remove(roster_[number].id, now);
  }
  // What was not committed is lost, and so is what the process was waiting for.
  void restart(const Moment& now) {
    begin(now);
    watch_->restore(kept_.saved(), now);
    number_of_.clear();
    for (std::uint32_t number = 0; number < roster_.size(); ++number) {
      roster_[number].id = kNoMonitor;
      if (roster_[number].watched) enter(number, now);
    }
    watch_->end_of_monitors(now);
  }
  void reload(const Settings& settings, const Moment& now) {
    for (Listed& listed : roster_) {
      if (!listed.watched) continue;
      const std::string& name = settings_.groups[listed.monitor.group].name;
      for (GroupNumber i = 0; i < settings.groups.size(); ++i) {
        if (settings.groups[i].name == name) listed.monitor.group = i;
      }
    }
    settings_ = settings;
    watch_->reload(settings, zones_, now);
  }
  [[nodiscard]] Watch& watch() { return *watch_; }
  [[nodiscard]] const Health& health(std::uint32_t number) const {
    return watch_->health(roster_[number].id);
  }
  [[nodiscard]] MonitorId id_of(std::uint32_t number) const { return roster_[number].id; }
  [[nodiscard]] std::uint32_t number_of(MonitorId id) const { return number_of_[id]; }
  [[nodiscard]] std::uint32_t monitors() const {
    return static_cast<std::uint32_t>(roster_.size());
  }
  [[nodiscard]] bool watches(std::uint32_t number) const { return roster_[number].watched; }

  // Void results that have changed a state: none may.
  [[nodiscard]] std::uint64_t void_changes() const { return void_changes_; }
  // Whose times do not add up; empty: those of all do.
  [[nodiscard]] std::string wrong_times(const Moment& now) const {
    for (const Listed& listed : roster_) {
      if (!listed.watched) continue;
      const auto whole = watch_->shares(listed.id, now).whole();
      const auto elapsed =
          std::chrono::duration_cast<std::chrono::microseconds>(now.at - listed.since);
      if (whole != elapsed) return "the times of " + listed.monitor.key + " do not add up";
    }
    return {};
  }

  // As of Watch.
  [[nodiscard]] const Settings& settings() const { return settings_; }
  [[nodiscard]] Instant next() const { return watch_->next(); }
  void turn(const Moment& now) {
    watch_->turn(now);
    while (const std::optional<CheckRequest> request = watch_->next_check(now)) {
      const std::uint32_t number = number_of_[request->monitor];
      watch_->on_checks(request->monitor, on_check ? on_check(number, now) : CheckSample(), now);
    }
  }
  [[nodiscard]] std::optional<ProbeRequest> next_probe(const Moment& now) {
    std::optional<ProbeRequest> request = watch_->next_probe(now);
    if (request) request->monitor = number_of_[request->monitor];
    return request;
  }
  [[nodiscard]] std::optional<CanaryRequest> next_canary(const Moment& now) {
    return watch_->next_canary(now);
  }
  void on_result(std::uint32_t number, const Sample& sample, const Moment& now) {
    const MonitorId id = roster_[number].id;
    const State before = watch_->health(id).state;
    watch_->on_result(id, sample, now);
    if (sample.verdict == Verdict::none && watch_->health(id).state != before) ++void_changes_;
  }
  void on_canary(const CanaryRequest& request, bool answered, const Moment& now) {
    watch_->on_canary(request, answered, now);
  }
  void on_delivered(const Delivered& delivered, const Moment& now) {
    watch_->on_delivered(delivered, now);
  }
  void on_clock_step(std::chrono::microseconds by, const Moment& now) {
    watch_->on_clock_step(by, now);
  }
  [[nodiscard]] Effects take_effects() {
    Effects effects = watch_->take_effects();
    if (!effects.batch.empty()) kept_.commit(effects.batch);
    return effects;
  }

  // What the checks of a monitor come to.
  std::function<CheckSample(std::uint32_t number, const Moment& now)> on_check;

 private:
  struct Listed {
    Monitor monitor;
    std::uint64_t hash = 0;
    bool watched = false;
    MonitorId id = kNoMonitor;
    Instant since{};
  };

  void begin(const Moment& now) {
    watch_ = std::make_unique<Watch>(settings_, zones_, capacity_, ++starts_, now);
  }
  void enter(std::uint32_t number, const Moment& now) {
    Listed& listed = roster_[number];
    listed.since = now.at;
    listed.id = watch_->add(Monitor(listed.monitor), listed.hash, now);
    if (number_of_.size() <= listed.id) number_of_.resize(listed.id + std::size_t{1});
    number_of_[listed.id] = number;
  }

  Settings settings_;
  Zones zones_;
  std::uint32_t capacity_;
  std::uint64_t starts_ = 0;
  std::unique_ptr<Watch> watch_;
  KeptState kept_;
  std::uint64_t void_changes_ = 0;
  std::vector<Listed> roster_;            // By number.
  std::vector<std::uint32_t> number_of_;  // By id.
};

}  // namespace mxsweep::watch
