// SPDX-License-Identifier: MIT
// Whether what fails is the servers, or we. Pure.
//
//   Rules    When more than max(10, 5 % of the monitors) had their first bad result within 60 s,
//            the vantage is in doubt: all canaries and 20 random monitors that are well, in other
//            prefixes than the failing ones, are probed at once. If fewer canaries answer than the
//            quorum, or more than half of these neighbours fail, we are blind: one incident says
//            so, and no result counts until the canaries (or, without canaries, the neighbours)
//            answer again. Without other prefixes and without canaries, it decides for the servers.
//            While blind, a round is made each 5 s.
//   Shape    on_soft() with each first bad result; round() when one is wanted; answers; turn().
//   Errors   none.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mxsweep/core/random.h"
#include "mxsweep/core/time.h"
#include "mxsweep/watch/moment.h"
#include "mxsweep/watch/monitor.h"
#include "mxsweep/watch/settings.h"

namespace mxsweep::watch {

enum class Sight : std::uint8_t { clear, doubtful, blind };

class VantageCheck {
 public:
  struct Round {
    std::uint32_t number = 0;
    std::vector<std::uint32_t> canaries;  // All of them, by their numbers.
    std::vector<MonitorId> neighbours;
  };

  // `pick_well`: monitors that are well, at random, at most `most`, in prefixes without a failure
  // among those that were passed to on_soft().
  using PickWell = std::function<std::vector<MonitorId>(std::size_t most)>;
  VantageCheck(const Vantage& settings, PickWell pick_well);

  void on_soft(MonitorId monitor, std::uint32_t watched, const Moment& now);
  // A round that is to be made now; it ends when all its probes have been answered.
  [[nodiscard]] std::optional<Round> take_round(const Moment& now);
  void on_canary(std::uint32_t round, std::uint32_t canary, bool answered, const Moment& now);
  void on_neighbour(std::uint32_t round, MonitorId monitor, bool answered, const Moment& now);

  [[nodiscard]] Sight sight() const;
  [[nodiscard]] std::string explain()
      const;                           // "1 of 3 canaries and 2 of 20 healthy servers answer"
  [[nodiscard]] Instant next() const;  // When take_round() may have one.
};

}  // namespace mxsweep::watch
