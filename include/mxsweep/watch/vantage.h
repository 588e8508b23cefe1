// SPDX-License-Identifier: MIT
// Whether what fails is the servers, or we. Pure.
//
//   Rules    When more than max(10, 5 % of the monitors) had their first bad result within 60 s,
//            the vantage is in doubt: all canaries and 20 random monitors that are well, in other
//            prefixes than the failing ones, are probed at once. If fewer canaries answer than the
//            quorum, or more than half of these neighbours fail, we are blind: one incident says
//            so, and no result counts until the canaries (or, without canaries, the neighbours)
//            answer again. Without canaries and with fewer than 3 such neighbours, it decides for
//            the servers. While blind, a round is made each 5 s, and one good round ends it.
//   Shape    on_soft() with each first bad result; take_round() at next(); then the answers. A
//            round is decided as soon as the answers that are missing cannot change it, and by the
//            end of kRoundPatience in any case. Then doubt needs new failures.
//   Memory   bounded by 5 % of the monitors, and by kRoundsMost.
//   Errors   none. Answers to a round that is decided already are ignored.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "mxsweep/core/time.h"
#include "mxsweep/watch/moment.h"
#include "mxsweep/watch/monitor.h"
#include "mxsweep/watch/settings.h"

namespace mxsweep::watch {

enum class Sight : std::uint8_t { clear, doubtful, blind };

class VantageCheck {
 public:
  static constexpr Duration kWindow = std::chrono::seconds{60};
  static constexpr std::uint32_t kFailuresLeast = 10;
  static constexpr std::uint32_t kFailuresPercent = 5;
  static constexpr std::size_t kNeighbours = 20;
  static constexpr std::size_t kNeighboursLeast = 3;  // Fewer say nothing.
  static constexpr Duration kRoundEvery = std::chrono::seconds{5};
  // What has not answered by then does not answer: longer than the deadlines of a probe.
  static constexpr Duration kRoundPatience = std::chrono::seconds{60};
  static constexpr std::size_t kRoundsMost = kRoundPatience / kRoundEvery;

  struct Round {
    std::uint32_t number = 0;
    std::vector<std::uint32_t> canaries;  // All of them, by their numbers.
    std::vector<MonitorId> neighbours;
  };

  // `pick_well`: monitors that are well, at random, at most `most`, in prefixes without a failure
  // among those that were passed to on_soft(), which are in recent().
  using PickWell = std::function<std::vector<MonitorId>(std::size_t most)>;
  // `settings` may change in a reload, and outlives it.
  VantageCheck(const Vantage& settings, PickWell pick_well);

  void on_soft(MonitorId monitor, std::uint32_t watched, const Moment& now);
  // We were blind when the process ended: until a good round we still are.
  void begin_blind(const Moment& now);
  // A round that is to be made now; it ends when all its probes have been answered.
  [[nodiscard]] std::optional<Round> take_round(const Moment& now);
  void on_canary(std::uint32_t round, std::uint32_t canary, bool answered, const Moment& now);
  void on_neighbour(std::uint32_t round, MonitorId monitor, bool answered, const Moment& now);

  [[nodiscard]] Sight sight() const { return sight_; }
  // "1 of 3 canaries and 2 of 20 healthy servers answer": of the last round that was decided.
  [[nodiscard]] std::string explain() const { return explanation_; }
  [[nodiscard]] Instant next() const;  // When take_round() may have one.
  // The monitors that failed in the last minute, since the last decision.
  [[nodiscard]] const std::unordered_set<MonitorId>& recent() const { return recent_; }

 private:
  template <typename Id>
  struct Asked {
    std::vector<Id> open;
    std::uint32_t all = 0;
    std::uint32_t answered = 0;
    std::uint32_t failed = 0;

    explicit Asked(std::vector<Id> ids)
        : open(std::move(ids)), all(static_cast<std::uint32_t>(open.size())) {}
    void on_answer(Id id, bool good);
    // Whether `needed` of them answer; nothing: not known yet.
    [[nodiscard]] std::optional<bool> reaches(std::uint32_t needed) const;
  };
  struct Running {
    std::uint32_t number = 0;
    Instant since{};
    Asked<std::uint32_t> canaries;
    Asked<MonitorId> neighbours;
  };

  void forget_before(Instant now);
  [[nodiscard]] std::vector<MonitorId> choose_neighbours();
  [[nodiscard]] Running* running(std::uint32_t round);
  [[nodiscard]] std::optional<bool> is_good(const Running& round) const;
  void decide(const Running& round, const Moment& now);
  void give_up_old(const Moment& now);
  void end_doubt();

  const Vantage& settings_;
  PickWell pick_well_;
  Sight sight_ = Sight::clear;
  std::string explanation_;
  std::deque<std::pair<Instant, MonitorId>> failures_;  // Those of recent_, in order.
  std::unordered_set<MonitorId> recent_;
  std::uint32_t last_round_ = 0;
  Instant round_at_ = kNever;  // When the next round is due.
  std::vector<Running> rounds_;
  std::vector<MonitorId> neighbours_;  // Of the last round that had any.
};

}  // namespace mxsweep::watch
