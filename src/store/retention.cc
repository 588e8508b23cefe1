// SPDX-License-Identifier: MIT
#include "store/retention.h"

#include <fmt/format.h>

#include <vector>

#include "store/history_schema.h"

namespace mxsweep::store {
namespace {

constexpr std::int64_t kRawHoursKept = 2;
constexpr int kRawRowsOfPiece = 50'000;  // 10 to 20 ms each.
constexpr int kHourlyRowsOfPiece = 10'000;

}  // namespace

bool find_doomed(Database& database, const Progress& progress, std::optional<Doomed>& doomed) {
  doomed.reset();
  std::vector<std::int64_t> raw;
  std::vector<std::int64_t> hourly;
  if (!list_raw(database, raw) || !list_hourly(database, hourly)) return false;
  const auto doom_raw = [&](std::int64_t hour) {
    doomed = Doomed{.table = raw_name(hour), .raw = true, .hour = hour};
    return true;
  };
  for (const std::int64_t hour : raw) {
    const bool old = hour + kRawHoursKept < progress.hour_now;
    if (hour <= progress.hours_done && (old || progress.over_budget)) return doom_raw(hour);
  }
  if (!progress.over_budget) return true;
  if (!hourly.empty() && hourly.front() < progress.hour_now / kHoursOfDay &&
      hourly.front() <= progress.days_done) {
    doomed = Doomed{.table = hourly_name(hourly.front())};
    return true;
  }
  if (!raw.empty() && raw.front() < progress.hour_now) return doom_raw(raw.front());
  return true;
}

bool remove_piece(Database& database, const Doomed& doomed, bool& gone) {
  gone = false;
  // The first row that stays; with none, the table is small enough to go at once.
  Statement stays = database.prepare(
      doomed.raw ? fmt::format("SELECT rowid FROM {} ORDER BY rowid LIMIT 1 OFFSET {}",
                               doomed.table, kRawRowsOfPiece)
                 : fmt::format("SELECT hour, monitor FROM {} ORDER BY hour, monitor"
                               " LIMIT 1 OFFSET {}",
                               doomed.table, kHourlyRowsOfPiece));
  if (!stays.start()) return false;
  const bool more = stays.next();
  if (database.fault() != Fault::none) return false;
  const std::int64_t first = more ? stays.integer(0) : 0;
  const std::int64_t second = more && !doomed.raw ? stays.integer(1) : 0;
  stays = {};
  if (more && doomed.raw) {
    return database.prepare(fmt::format("DELETE FROM {} WHERE rowid < ?", doomed.table)).run(first);
  }
  if (more) {
    return database
        .prepare(fmt::format("DELETE FROM {} WHERE (hour, monitor) < (?, ?)", doomed.table))
        .run(first, second);
  }
  gone = database.begin() &&
         database.end(database.execute("DROP TABLE " + doomed.table) && make_views(database));
  return gone;
}

}  // namespace mxsweep::store
