// SPDX-License-Identifier: MIT
#include "store/compaction.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace mxsweep::store {
namespace {

// Each takes 10 to 30 ms.
constexpr std::int64_t kRowsOfPiece = 200'000;
constexpr std::uint32_t kBucketMonitors = 64;
constexpr std::size_t kBucketsOfPiece = 8;
constexpr std::uint32_t kDayMonitorsOfPiece = 64;

Statement insert_summary(Database& database, std::string_view table) {
  std::string marks = "?";
  for (std::size_t i = 1; i < summary_column_count(); ++i) marks += ",?";
  return database.prepare(fmt::format("INSERT OR REPLACE INTO {} VALUES({})", table, marks));
}

bool write_summary(Statement& insert, std::int64_t time, std::uint32_t monitor,
                   const Summary& summary) {
  insert.rewind();
  insert.put(time);
  insert.put(monitor);
  for (const std::uint32_t count : summary.counts) insert.put(count);
  for (const std::uint32_t seconds : summary.seconds) insert.put(seconds);
  for (const Spread& spread : summary.spreads) {
    insert.put(spread.count);
    for (const std::uint32_t value : spread.at) {
      insert.put(spread.count == 0 ? std::nullopt : std::optional(value));
    }
  }
  return insert.finish();
}

// Of a row whose first two columns are the time and the monitor.
Summary read_summary(const Statement& row) {
  Summary summary;
  int column = 2;
  const auto next = [&] { return static_cast<std::uint32_t>(row.integer(column++)); };
  for (std::uint32_t& count : summary.counts) count = next();
  for (std::uint32_t& seconds : summary.seconds) seconds = next();
  for (Spread& spread : summary.spreads) {
    spread.count = next();
    for (std::uint32_t& value : spread.at) value = next();
  }
  return summary;
}

bool note_done(Database& database, std::string_view name, std::int64_t time) {
  return database.prepare("UPDATE meta SET value = max(value, ?2) WHERE name = ?1").run(name, time);
}

}  // namespace

HourCompaction::HourCompaction(Database& database, const HistoryWords& words, std::int64_t hour,
                               std::uint32_t monitors_max)
    : database_(database), words_(words), hour_(hour), monitors_max_(monitors_max) {}

bool HourCompaction::piece() {
  if (!begun_) return begin();
  return read_ < rows_ ? read_piece() : write_piece();
}

bool HourCompaction::begin() {
  const auto rows =
      database_.number(fmt::format("SELECT coalesce(max(rowid), 0) FROM {}", raw_name(hour_)));
  if (!rows) return false;
  rows_ = *rows;
  const std::uint64_t octets = static_cast<std::uint64_t>(rows_) * sizeof(Measured);
  const std::uint64_t passes = octets / kReadOctetsMax + 1;
  pass_length_ = static_cast<std::uint32_t>(monitors_max_ / passes + 1);
  buckets_.resize((pass_length_ + kBucketMonitors - 1) / kBucketMonitors);
  begun_ = true;
  return database_.begin() &&
         database_.end(make_hourly(database_, hour_ / kHoursOfDay) && make_views(database_));
}

bool HourCompaction::read_piece() {
  Statement rows = database_.prepare(fmt::format(
      "SELECT monitor, at_ms, outcome, state, unobserved, maintenance, total_us, connect_us,"
      " greeting_us, ehlo_us, tls_us FROM {}"
      " WHERE rowid > ? AND rowid <= ? AND monitor >= ? AND monitor < ?",
      raw_name(hour_)));
  const std::int64_t end = std::min(rows_, read_ + kRowsOfPiece);
  if (!rows.start(read_, end, first_, first_ + pass_length_)) return false;
  while (rows.next()) {
    Measured result;
    result.monitor = static_cast<std::uint32_t>(rows.integer(0));
    // A result from around a step of the clock may be of another hour.
    result.at_ms = static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(rows.integer(1) - hour_ * kHourMs, 0, kHourMs - 1));
    result.outcome = words_.outcomes.value(rows.integer(2), Outcome::local);
    result.state = words_.states.value(rows.integer(3), watch::State::unknown);
    result.unobserved = rows.integer(4) != 0;
    result.maintenance = rows.integer(5) != 0;
    for (std::size_t i = 0; i < kSpreadCount; ++i) {
      result.us[i] = static_cast<std::uint32_t>(rows.integer(6 + static_cast<int>(i)));
    }
    buckets_[(result.monitor - first_) / kBucketMonitors].push_back(result);
  }
  read_ = end;
  written_ = 0;
  return database_.fault() == Fault::none;
}

bool HourCompaction::write_piece() {
  if (!database_.begin()) return false;
  const std::size_t end = std::min(buckets_.size(), written_ + kBucketsOfPiece);
  bool good = true;
  {
    Statement insert = insert_summary(database_, hourly_name(hour_ / kHoursOfDay));
    for (std::size_t i = written_; good && i < end; ++i) good = write_bucket(buckets_[i], insert);
  }
  const bool last = end == buckets_.size() && first_ + pass_length_ > monitors_max_;
  if (!database_.end(good && (!last || note_done(database_, "hours_done", hour_)))) return false;
  for (std::size_t i = written_; i < end; ++i) buckets_[i].clear();
  written_ = end;
  if (written_ == buckets_.size()) {
    first_ += pass_length_;
    read_ = 0;
    written_ = 0;
    finished_ = last;
  }
  return true;
}

bool HourCompaction::write_bucket(std::vector<Measured>& bucket, Statement& insert) {
  std::sort(bucket.begin(), bucket.end(), [](const Measured& a, const Measured& b) {
    return a.monitor != b.monitor ? a.monitor < b.monitor : a.at_ms < b.at_ms;
  });
  for (auto first = bucket.begin(); first != bucket.end();) {
    const auto end = std::find_if(first, bucket.end(), [&](const Measured& result) {
      return result.monitor != first->monitor;
    });
    if (!write_summary(insert, hour_, first->monitor, summarizer_.hour({first, end}))) {
      return false;
    }
    first = end;
  }
  return true;
}

bool DayCompaction::piece() {
  const std::uint32_t end = std::min(monitors_max_, first_ + kDayMonitorsOfPiece - 1);
  std::vector<std::vector<Summary>> hours(end - first_ + 1);
  {
    Statement rows = database_.prepare(fmt::format(
        "SELECT * FROM {} WHERE hour = ? AND monitor BETWEEN ? AND ?", hourly_name(day_)));
    for (std::int64_t hour = day_ * kHoursOfDay; hour < (day_ + 1) * kHoursOfDay; ++hour) {
      if (!rows.start(hour, first_, end)) return false;
      while (rows.next()) {
        hours[static_cast<std::size_t>(rows.integer(1)) - first_].push_back(read_summary(rows));
      }
    }
  }
  if (database_.fault() != Fault::none || !database_.begin()) return false;
  bool good = true;
  {
    Statement insert = insert_summary(database_, "daily");
    for (std::uint32_t monitor = first_; good && monitor <= end; ++monitor) {
      const std::vector<Summary>& of_monitor = hours[monitor - first_];
      if (of_monitor.empty()) continue;
      good = write_summary(insert, day_, monitor, summarizer_.day(of_monitor));
    }
  }
  const bool last = end == monitors_max_;
  if (!database_.end(good && (!last || note_done(database_, "days_done", day_)))) return false;
  first_ = end + 1;
  return true;
}

}  // namespace mxsweep::store
