// SPDX-License-Identifier: MIT
// history.db: every result for some hours, then hours and days with quantiles, under a budget of
// octets. SQLite with WAL and synchronous=NORMAL: it may be lost, and decides nothing.
//
//   Shape    number_of() gives each monitor's key a number for HistoryRow::monitor. add() a
//            second's results; compact() at times, while it has work, a bounded piece (some 50 ms
//            at most) at a time.
//   Layout   raw_YYYYMMDDHH: append-only, no index; kept for two hours after its own.
//            hourly_YYYYMMDD, daily: for each monitor counts by outcome, seconds of each state, and
//            min/p10/p25/p50/p75/p90/max of the total and of each phase. docs/watch-storage.md.
//   Budget   of octets in use; pages that were freed are used again. Beyond it, compacted raw
//            partitions go first, then the oldest hours, then the oldest raw ones; days are kept.
//   Damage   a file that cannot be used is renamed to NAME.corrupt-TIME and a new one is begun,
//            whenever that is found; damage() says so. One of a later version is left alone.
//   Threads  one, but number_of() may be called from another one, too.
//   Errors   io; unusable: of a later version. After a failed add() the rows are lost and counted
//            by lost(); the next one may succeed.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"
#include "mxsweep/watch/history_row.h"

namespace mxsweep::store {

class HistoryStore {
 public:
  HistoryStore();
  ~HistoryStore();
  HistoryStore(const HistoryStore&) = delete;
  HistoryStore& operator=(const HistoryStore&) = delete;

  Status open(const std::string& directory, std::uint64_t octets_max, WallTime now);
  [[nodiscard]] const std::string& damage() const;
  // Counted from 1; written with the next add().
  [[nodiscard]] std::uint32_t number_of(std::string_view key);
  Status add(std::span<const watch::HistoryRow> rows);
  // One piece of work; `more`: there is another.
  Status compact(WallTime now, bool& more);
  [[nodiscard]] std::uint64_t octets() const;  // In use.
  [[nodiscard]] std::uint64_t lost() const;    // Rows.
  void close();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mxsweep::store
