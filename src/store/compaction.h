// SPDX-License-Identifier: MIT
// Makes a partition of raw results into rows of hourly, and those of a day into rows of daily, a
// bounded piece at a time.
//
//   Shape    piece() until finished(). Nothing is kept over a restart: the hour is begun anew, and
//            its rows replace those that are there.
//   Cost     raw results come in order of time, not of monitors, and a sort of an hour on disk
//            takes seconds at once. So the partition is read several times, each time for a part
//            of the monitors whose results fit into kReadOctetsMax.
//   Errors   false: the failure is the database's.
#pragma once

#include <cstdint>
#include <vector>

#include "store/database.h"
#include "store/summary.h"
#include "store/words.h"

namespace mxsweep::store {

class HourCompaction {
 public:
  static constexpr std::uint64_t kReadOctetsMax = 16'000'000;

  // Requires: the partition exists, and monitors have numbers up to `monitors_max`.
  HourCompaction(Database& database, const HistoryWords& words, std::int64_t hour,
                 std::uint32_t monitors_max);
  bool piece();
  [[nodiscard]] bool finished() const { return finished_; }
  [[nodiscard]] std::int64_t hour() const { return hour_; }

 private:
  bool begin();
  bool read_piece();
  bool write_piece();
  bool write_bucket(std::vector<Measured>& bucket, Statement& insert);

  Database& database_;
  const HistoryWords& words_;
  std::int64_t hour_;
  std::uint32_t monitors_max_;
  bool begun_ = false;
  bool finished_ = false;
  std::int64_t rows_ = 0;
  std::int64_t read_ = 0;          // Up to this row, in this pass.
  std::uint32_t first_ = 1;        // Monitors of this pass: from this one,
  std::uint32_t pass_length_ = 0;  // so many.
  std::vector<std::vector<Measured>> buckets_;
  std::size_t written_ = 0;  // Buckets.
  Summarizer summarizer_;
};

class DayCompaction {
 public:
  DayCompaction(Database& database, std::int64_t day, std::uint32_t monitors_max)
      : database_(database), day_(day), monitors_max_(monitors_max) {}
  bool piece();
  [[nodiscard]] bool finished() const { return first_ > monitors_max_; }
  [[nodiscard]] std::int64_t day() const { return day_; }

 private:
  Database& database_;
  std::int64_t day_;
  std::uint32_t monitors_max_;
  std::uint32_t first_ = 1;
  Summarizer summarizer_;
};

}  // namespace mxsweep::store
