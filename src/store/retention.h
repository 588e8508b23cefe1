// SPDX-License-Identifier: MIT
// Which partition of history.db goes next, and its removal, a bounded piece at a time.
//
//   Rules    Raw results go two hours after the end of their hour, once they are compacted. Beyond
//            the budget: compacted raw results, then the oldest day of hourly rows, then the
//            oldest raw results; never those of the current hour and day, and never daily rows.
//   Cost     DROP TABLE visits each page, a second for an hour of 100,000 monitors. So rows are
//            deleted first, from the beginning of the table, where that costs little.
//   Errors   false: the failure is the database's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "store/database.h"

namespace mxsweep::store {

struct Doomed {
  std::string table;
  bool raw = false;
  std::int64_t hour = 0;  // Of raw results.
};

// What has been done, and when.
struct Progress {
  std::int64_t hours_done = 0;  // Compacted: up to this hour,
  std::int64_t days_done = 0;   // and up to this day.
  std::int64_t hour_now = 0;
  bool over_budget = false;
};

// Nothing: all may stay. False: a failure.
bool find_doomed(Database& database, const Progress& progress, std::optional<Doomed>& doomed);

// `gone`: it was the last piece.
bool remove_piece(Database& database, const Doomed& doomed, bool& gone);

}  // namespace mxsweep::store
