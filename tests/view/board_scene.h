// SPDX-License-Identifier: MIT
// A Watch with a Board beside it, in virtual time: each server answers as it is told.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "mxsweep/core/random.h"
#include "mxsweep/results/record.h"
#include "mxsweep/tls/facts.h"
#include "mxsweep/view/board.h"
#include "support/catch.h"

namespace mxsweep::view {

// Noon of a day without anything special.
inline constexpr watch::Moment kNoon{
    Instant{std::chrono::hours{100}},
    WallTime{std::chrono::sys_days{std::chrono::year{2026} / 10 / 21} + std::chrono::hours{12}}};

struct Answer {
  Outcome outcome = Outcome::ok;
  Phase phase = Phase::quit;
  Cause cause = Cause::none;
  std::uint32_t connect_us = 1000;
  std::uint32_t total_us = 40'000;
};
inline constexpr Answer kTimeout{Outcome::failed, Phase::connect, Cause::net_timeout, 0,
                                 10'000'000};
inline constexpr Answer kGreylisted{Outcome::refused, Phase::greeting, Cause::throttled_greylist,
                                    1000, 20'000};

class BoardScene {
 public:
  explicit BoardScene(std::vector<std::string> groups = {"edge"}, BoardOptions board_options = {})
      : options(board_options) {
    for (std::string& name : groups) settings.groups.emplace_back().name = std::move(name);
    watch::Channel& channel = settings.channels.emplace_back();
    channel.name = "ops";
    channel.kind = "webhook";
    settings.routes.emplace_back().to = {0};
    if (options.monitors_expected == 0) options.monitors_expected = 100;
  }

  // `count` servers of a group, each in a network of its own, then the board.
  void begin(
      std::uint32_t count, const std::function<void(watch::Monitor&, std::uint32_t)>& furnish =
                               [](watch::Monitor&, std::uint32_t) {}) {
    watch = std::make_unique<watch::Watch>(settings, watch::Zones{}, count + 20, 1, now);
    for (std::uint32_t i = 0; i < count; ++i) {
      watch::Monitor monitor;
      monitor.address = ipv4(0x0a00'0000U + (i << 8U));
      monitor.target = "mx" + std::to_string(i) + ".example.net";
      furnish(monitor, i);
      add(std::move(monitor));
    }
    watch->end_of_monitors(now);
    board = std::make_unique<Board>(options, *watch, now);
  }
  watch::MonitorId add(watch::Monitor monitor) {
    if (monitor.key.empty()) {
      monitor.key = settings.groups[monitor.group].name + ' ' + monitor.target + ':' +
                    std::to_string(monitor.port) + ' ' + to_string(monitor.address);
    }
    return watch->add(std::move(monitor), mix(++added_), now);
  }

  // Probes as they come due, each answered at once.
  void pass(Duration duration) {
    const Instant end = now.at + duration;
    turn();
    for (Instant next = watch->next(); next < end; next = watch->next()) {
      next = std::max(next, now.at + std::chrono::milliseconds{1});
      // A moment of both clocks.
      now = now + std::chrono::ceil<std::chrono::microseconds>(next - now.at);
      turn();
    }
    now = now + std::max(end - now.at, Duration{});
    turn();
  }
  void turn() {
    while (const auto probe = watch->next_probe(now)) answer(probe->monitor);
    while (const auto canary = watch->next_canary(now)) watch->on_canary(*canary, canaries, now);
    watch->turn(now);
    const watch::Effects effects = watch->take_effects();
    for (const watch::Send& send : effects.sends) {
      watch->on_delivered({.channel = send.channel,
                           .incident = send.message.incident,
                           .kind = send.message.kind,
                           .revision = send.message.revision,
                           .ok = true,
                           .retry_after = {},
                           .took = {},
                           .text = {}},
                          now);
    }
    board->on_effects(effects, now);
    seen.push_back(effects.batch);
  }
  void step_clock(std::chrono::microseconds by) {
    now.wall += by;
    watch->on_clock_step(by, now);
  }
  void fail(watch::MonitorId id, const Answer& answer = kTimeout) { answers[id] = answer; }
  void recover(watch::MonitorId id) { answers.erase(id); }
  // From now on its handshakes succeed, with this chain, which outlives the scene.
  void show(watch::MonitorId id, const tls::Chain& chain) { chains[id] = &chain; }
  [[nodiscard]] const std::string& key(watch::MonitorId id) const { return watch->monitor(id).key; }
  [[nodiscard]] MonitorPage page(watch::MonitorId id) const {
    const auto found = board->monitor(id_of(key(id)), now);
    REQUIRE(found);
    return *found;
  }

  watch::Settings settings;
  BoardOptions options;
  watch::Moment now = kNoon;
  std::unique_ptr<watch::Watch> watch;
  std::unique_ptr<Board> board;
  std::unordered_map<watch::MonitorId, Answer> answers;  // Others are well.
  std::unordered_map<watch::MonitorId, const tls::Chain*> chains;
  bool canaries = true;
  std::vector<watch::StateBatch> seen;  // What was to be committed.

 private:
  void answer(watch::MonitorId id) {
    const auto found = answers.find(id);
    const Answer it = found == answers.end() ? Answer() : found->second;
    watch::Sample sample{.verdict = it.outcome == Outcome::ok         ? watch::Verdict::good
                                    : it.outcome == Outcome::degraded ? watch::Verdict::warn
                                    : it.outcome == Outcome::failed   ? watch::Verdict::bad
                                                                      : watch::Verdict::none,
                         .outcome = it.outcome,
                         .phase = it.phase,
                         .cause = it.cause,
                         .at = now.wall,
                         .with_tls = true};
    results::Record record;
    record.outcome = it.outcome;
    if (const auto shown = chains.find(id); shown != chains.end()) {
      tls::Facts& facts = record.tls.emplace();
      facts.session.version = "TLSv1.3";
      facts.session.cipher = "TLS_AES_256_GCM_SHA384";
      facts.session.cipher_id = 0x1302;
      facts.chain = shown->second;
      sample.record = &record;
      board->on_record(record);
    }
    watch->on_result(id, sample, now);
    watch::HistoryRow row;
    row.at_ms = std::chrono::floor<std::chrono::milliseconds>(now.wall).time_since_epoch().count();
    row.outcome = it.outcome;
    row.phase = it.phase;
    row.cause = it.cause;
    row.state = watch->health(id).state;
    row.unobserved = watch->unobserved(id);
    row.maintenance = watch->in_maintenance(id);
    row.total_us = it.total_us;
    row.connect_us = it.connect_us;
    board->on_result(id, row, now);
  }

  std::uint64_t added_ = 0;
};

}  // namespace mxsweep::view
