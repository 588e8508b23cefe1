// SPDX-License-Identifier: MIT
// The blocklists of a sweep, which all of its surveys ask: their tests and their budgets. Pure.
//
//   Shape     a names::SharedInquiry, for NameOptions::shared, and a member of Options.
//   Budget    `keep` is called with what the lists were asked today, every kKeepEvery while that or
//             the state of a list changes. Who ends the sweep keeps watch().spent().
//   Lifetime  one thread, until the sweep has ended; then that of who reports about it.
#pragma once

#include <functional>
#include <vector>

#include "mxsweep/blocklists/zone_watch.h"
#include "mxsweep/names/inquiry.h"

namespace mxsweep::checks {

inline constexpr Duration kKeepEvery = std::chrono::seconds{10};

class Blocklists final : public names::SharedInquiry {
 public:
  using Keep = std::function<void(const blocklists::DaySpent&)>;

  // `cached_most`: as of a ZoneWatch.
  Blocklists(std::vector<blocklists::Zone> zones, blocklists::DaySpent spent, Duration cached_most,
             Keep keep);

  void on_time(Instant now, WallTime wall) override;
  [[nodiscard]] Instant next_time() const override { return watch_.next_time(); }
  [[nodiscard]] bool take_question(dns::Question& question) override {
    return watch_.take_question(question);
  }
  void on_answer(std::uint32_t number, const dns::Answer& answer) override {
    watch_.on_answer(number, answer);
  }
  [[nodiscard]] std::uint64_t changes() const override { return watch_.changes(); }
  void finish() override { watch_.finish(); }
  [[nodiscard]] bool quiet() const override { return watch_.quiet(); }

  [[nodiscard]] blocklists::ZoneWatch& watch() { return watch_; }
  // Of the lists, those with entries of this kind.
  [[nodiscard]] std::size_t count_of(blocklists::Kind kind) const;

 private:
  blocklists::ZoneWatch watch_;
  Keep keep_;
  blocklists::DaySpent kept_;
  std::uint64_t changes_kept_ = 0;
  Instant keep_at_{};
};

}  // namespace mxsweep::checks
