// SPDX-License-Identifier: MIT
// history.db: every result for some hours, then hours and days with quantiles, under a budget of
// octets. SQLite with WAL and synchronous=NORMAL: it may be lost, and decides nothing.
//
//   Shape    number_of() gives each monitor's key a number for HistoryRow::monitor. add() a
//            second's results; compact() at times, when it has work, a bounded piece at a time.
//   Layout   raw_YYYYMMDDHH: append-only, no index, dropped whole when the hour has been compacted.
//            hourly, daily: for each monitor counts by outcome, seconds of each state, and
//            min/p10/p25/p50/p75/p90/max of the total and of each phase. docs/watch-storage.md.
//   Budget   the oldest raw partitions go first, then the oldest hours; days are kept.
//   Damage   as in store/state_store.h, but a new one is begun.
//   Errors   io. After a failed add() the rows are lost and counted by lost(); the next one may
//            succeed.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"
#include "mxsweep/watch/rows.h"

namespace mxsweep::store {

class HistoryStore {
 public:
  HistoryStore();
  ~HistoryStore();
  HistoryStore(const HistoryStore&) = delete;
  HistoryStore& operator=(const HistoryStore&) = delete;

  Status open(const std::string& directory, std::uint64_t octets_max, WallTime now);
  [[nodiscard]] const std::string& damage() const;
  [[nodiscard]] Result<std::uint32_t> number_of(std::string_view key);
  Status add(std::span<const watch::HistoryRow> rows);
  // One piece of work; `more`: there is another.
  Status compact(WallTime now, bool& more);
  [[nodiscard]] std::uint64_t octets() const;
  [[nodiscard]] std::uint64_t lost() const;
  void close();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mxsweep::store
