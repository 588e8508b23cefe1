// SPDX-License-Identifier: MIT
#include "mxsweep/store/history_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "mxsweep/ring/clock.h"
#include "store/database.h"
#include "store/history_schema.h"

namespace mxsweep::store {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

watch::Shares shares_of(const Statement& row, int column) {
  return {.up = seconds{row.integer(column)},
          .down = seconds{row.integer(column + 1)},
          .unobserved = seconds{row.integer(column + 2)},
          .maintenance = seconds{row.integer(column + 3)}};
}

void add_to(watch::Shares& sum, const watch::Shares& more) {
  sum.up += more.up;
  sum.down += more.down;
  sum.unobserved += more.unobserved;
  sum.maintenance += more.maintenance;
}

// A connection that gives up in time.
class Reading {
 public:
  Reading(const std::string& directory, Duration longest, const std::atomic<bool>& interrupted)
      : path_(directory + "/history.db"), stop_([until = ring::now() + longest, &interrupted] {
          return interrupted.load(std::memory_order_relaxed) || ring::now() >= until;
        }) {}

  Status open() {
    if (!database_.open_read_only(path_)) return database_.failure();
    database_.stop_when(stop_);
    const auto application = database_.number("PRAGMA application_id");
    const auto version = database_.number("PRAGMA user_version");
    if (!application || !version) return failure();
    if (*application != kHistoryApplication || *version != kHistoryVersion) {
      return Status::unusable(path_ + " is no history of this version of mxsweep");
    }
    return {};
  }
  Database& database() { return database_; }
  [[nodiscard]] bool stopped() const { return stop_(); }
  [[nodiscard]] Status failure() const {
    if (stopped()) return Status::io(path_ + ": reading took too long");
    if (database_.fault() == Fault::none) return Status::io(path_ + ": a table is incomplete");
    return database_.failure();
  }

 private:
  std::string path_;
  std::function<bool()> stop_;
  Database database_;
};

using Take = std::function<void(std::span<const watch::MonitorDay>)>;

// Where the time of a day stands: a table with the column `time`, and its values.
struct Source {
  std::string table;
  std::string_view column;  // "hour" or "day"
  std::int64_t first = 0;
  std::int64_t end = 0;
};

// One day, some monitors after the others.
bool read_day(Reading& reading, const Source& source, std::int64_t day, std::int64_t monitors,
              const Take& take) {
  Database& database = reading.database();
  Statement rows = database.prepare(fmt::format(
      "SELECT monitor, up_s + degraded_s, down_s, unknown_s + unobserved_s, maintenance_s FROM {}"
      " WHERE {} = ? AND monitor > ? AND monitor <= ?",
      source.table, source.column));
  Statement keys = database.prepare("SELECT id, key FROM monitor WHERE id > ? AND id <= ?");
  constexpr auto kLength = static_cast<std::int64_t>(kDayRowsOfPiece);
  std::vector<watch::Shares> sums;
  std::vector<watch::MonitorDay> piece;
  for (std::int64_t after = 0; after < monitors; after += kLength) {
    if (reading.stopped()) return false;
    sums.assign(kDayRowsOfPiece, {});
    // In a damaged table the order of the keys, which SQLite relies on, may be another.
    const auto sum_of = [&](std::int64_t monitor) -> watch::Shares* {
      if (monitor > after && monitor <= after + kLength) {
        return &sums[static_cast<std::size_t>(monitor - after - 1)];
      }
      database.fail(Fault::damaged, "rows are out of order");
      return nullptr;
    };
    for (std::int64_t time = source.first; time < source.end; ++time) {
      if (!rows.start(time, after, after + kLength)) return false;
      while (rows.next()) {
        watch::Shares* const sum = sum_of(rows.integer(0));
        if (sum == nullptr) return false;
        add_to(*sum, shares_of(rows, 1));
      }
    }
    piece.clear();
    if (!keys.start(after, after + kLength)) return false;
    while (keys.next()) {
      const watch::Shares* const sum = sum_of(keys.integer(0));
      if (sum == nullptr) return false;
      if (sum->whole().count() == 0) continue;
      piece.push_back({.key = std::string(keys.text(1)),
                       .day = static_cast<std::int32_t>(day),
                       .shares = *sum});
    }
    if (database.fault() != Fault::none) return false;
    if (!piece.empty()) take(piece);
  }
  return true;
}

SpanQuantiles quantiles_of(const Statement& row, int& column) {
  SpanQuantiles quantiles;
  quantiles.count = static_cast<std::uint32_t>(row.integer(column++));
  const auto next = [&] { return std::chrono::microseconds{row.integer(column++)}; };
  quantiles.p10 = next();
  quantiles.p50 = next();
  quantiles.p90 = next();
  return quantiles;
}

std::string span_columns() {
  std::string columns =
      "ok, degraded, refused, failed, local, up_s + degraded_s, down_s,"
      " unknown_s + unobserved_s, maintenance_s";
  for (const std::string_view spread : kSpreads) {
    columns += fmt::format(", {0}_n, {0}_p10_us, {0}_p50_us, {0}_p90_us", spread);
  }
  return columns;
}

// Nothing: a failure. 0: the key is not known.
std::optional<std::int64_t> number_of(Database& database, std::string_view key) {
  Statement rows = database.prepare("SELECT id FROM monitor WHERE key = ?");
  if (!rows.start(key)) return std::nullopt;
  if (rows.next()) return rows.integer(0);
  if (database.fault() != Fault::none) return std::nullopt;
  return 0;
}

// The days that `daily` may have.
bool list_days(Database& database, std::vector<std::int64_t>& days) {
  const auto first = database.number("SELECT coalesce(min(day), 0) FROM daily");
  const auto last = database.number("SELECT coalesce(max(day), -1) FROM daily");
  if (!first || !last) return false;
  for (std::int64_t day = *first; day <= *last; ++day) days.push_back(day);
  return true;
}

HistorySpan span_of(const Statement& row) {
  HistorySpan span;
  int column = 0;
  for (const Outcome outcome :
       {Outcome::ok, Outcome::degraded, Outcome::refused, Outcome::failed, Outcome::local}) {
    span.outcomes[static_cast<std::size_t>(outcome)] =
        static_cast<std::uint64_t>(row.integer(column++));
  }
  span.shares = shares_of(row, column);
  column += 4;
  for (SpanQuantiles* const quantiles :
       {&span.total, &span.connect, &span.greeting, &span.ehlo, &span.tls}) {
    *quantiles = quantiles_of(row, column);
  }
  return span;
}

}  // namespace

Status HistoryReader::days(WallTime until, Duration longest, const Take& take) {
  Reading reading(directory_, longest, interrupted_);
  if (Status opened = reading.open(); !opened.ok()) return opened;
  Database& database = reading.database();
  const std::int64_t end_hour =
      std::chrono::floor<hours>(until).time_since_epoch().count();  // Not this one.
  const std::int64_t last = end_hour / kHoursOfDay;
  const auto done = database.number("SELECT value FROM meta WHERE name = 'days_done'");
  const auto monitors = database.number("SELECT coalesce(max(id), 0) FROM monitor");
  std::vector<std::int64_t> with_hours;
  if (!done || !monitors || !list_hourly(database, with_hours)) return reading.failure();
  for (std::int64_t day = last; day > last - static_cast<std::int64_t>(kDaysRead); --day) {
    Source source{.table = "daily", .column = "day", .first = day, .end = day + 1};
    if (day > *done || day == last) {
      if (!std::ranges::binary_search(with_hours, day)) continue;
      source = {.table = hourly_name(day),
                .column = "hour",
                .first = day * kHoursOfDay,
                .end = std::min((day + 1) * kHoursOfDay, end_hour)};
    }
    if (!read_day(reading, source, day, *monitors, take)) return reading.failure();
  }
  return {};
}

Result<HistoryReader::Spans> HistoryReader::spans(std::string_view key, WallTime from, WallTime to,
                                                  Resolution resolution, std::size_t most,
                                                  Duration longest) {
  Reading reading(directory_, longest, interrupted_);
  if (Status opened = reading.open(); !opened.ok()) return opened;
  Database& database = reading.database();
  Spans found{.spans = {}, .next = to};
  const std::optional<std::int64_t> monitor = number_of(database, key);
  std::vector<std::int64_t> days;
  const bool by_hour = resolution == Resolution::hour;
  if (!monitor || !(by_hour ? list_hourly(database, days) : list_days(database, days))) {
    return reading.failure();
  }
  const hours lasts{by_hour ? 1 : kHoursOfDay};
  const auto first_at = [lasts](WallTime time) {
    const WallTime::duration unit = lasts;
    return (std::max(time, WallTime{}).time_since_epoch() + unit - WallTime::duration{1}) / unit;
  };
  const std::int64_t end = first_at(to);
  std::int64_t place = first_at(from);
  for (const std::int64_t day : days) {
    place = std::max(place, by_hour ? day * kHoursOfDay : day);
    const std::int64_t day_end = std::min(end, by_hour ? (day + 1) * kHoursOfDay : day + 1);
    if (place >= day_end) continue;
    Statement row = database.prepare(
        fmt::format("SELECT {} FROM {} WHERE {} = ? AND monitor = ?", span_columns(),
                    by_hour ? hourly_name(day) : "daily", by_hour ? "hour" : "day"));
    for (; place < day_end; ++place) {
      if (reading.stopped()) return reading.failure();
      if (found.spans.size() == most) {
        found.next = WallTime{place * lasts};
        return found;
      }
      if (!row.start(place, *monitor)) return reading.failure();
      if (!row.next()) continue;
      HistorySpan& span = found.spans.emplace_back(span_of(row));
      span.from = WallTime{place * lasts};
      span.lasts = lasts;
    }
    if (database.fault() != Fault::none) return reading.failure();
  }
  return found;
}

}  // namespace mxsweep::store
