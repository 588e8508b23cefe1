// SPDX-License-Identifier: MIT
#include "store/history_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>

namespace mxsweep::store {
namespace {

constexpr std::string_view kRaw = "raw_";
constexpr std::string_view kHourly = "hourly_";
constexpr std::size_t kViewTablesMax = 400;  // SQLite joins 500 selects with UNION ALL at most.

std::string day_text(std::int64_t day) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  return fmt::format("{:04}{:02}{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::optional<unsigned> digits(std::string_view text) {
  unsigned value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = 10 * value + static_cast<unsigned>(c - '0');
  }
  return value;
}

std::optional<std::int64_t> day_of(std::string_view text) {
  const auto year = digits(text.substr(0, 4));
  const auto month = digits(text.substr(4, 2));
  const auto day = digits(text.substr(6, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                         std::chrono::month{*month}, std::chrono::day{*day}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date}.time_since_epoch().count();
}

bool tables(Database& database, std::string_view start, std::size_t digits_count,
            std::vector<std::string>& names) {
  Statement rows = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'");
  if (!rows.start()) return false;
  while (rows.next()) {
    const std::string_view name = rows.text(0);
    if (name.starts_with(start) && name.size() == start.size() + digits_count) {
      names.emplace_back(name);
    }
  }
  std::sort(names.begin(), names.end());
  return database.fault() == Fault::none;
}

bool make_view(Database& database, std::string_view name, std::vector<std::string> of) {
  if (!database.execute(fmt::format("DROP VIEW IF EXISTS {}", name))) return false;
  if (of.size() > kViewTablesMax) of.erase(of.begin(), of.end() - kViewTablesMax);
  std::string selects;
  for (const std::string& table : of) {
    selects += (selects.empty() ? "SELECT * FROM " : " UNION ALL SELECT * FROM ") + table;
  }
  return selects.empty() || database.execute(fmt::format("CREATE VIEW {} AS {}", name, selects));
}

}  // namespace

std::string raw_name(std::int64_t hour) {
  return fmt::format("{}{}{:02}", kRaw, day_text(hour / kHoursOfDay), hour % kHoursOfDay);
}

std::string hourly_name(std::int64_t day) { return fmt::format("{}{}", kHourly, day_text(day)); }

std::string raw_columns() {
  return "monitor INTEGER, at_ms INTEGER, outcome INTEGER, phase INTEGER, cause INTEGER,"
         " state INTEGER, unobserved INTEGER, maintenance INTEGER, total_us INTEGER,"
         " connect_us INTEGER, greeting_us INTEGER, ehlo_us INTEGER, tls_us INTEGER";
}

std::string summary_columns(std::string_view time) {
  std::string text = fmt::format("{} INTEGER, monitor INTEGER", time);
  for (const std::string_view count : kCounts) text += fmt::format(", {} INTEGER", count);
  for (const std::string_view seconds : kSeconds) text += fmt::format(", {} INTEGER", seconds);
  for (const std::string_view spread : kSpreads) {
    text += fmt::format(", {}_n INTEGER", spread);
    for (const std::string_view part : kSpreadParts) {
      text += fmt::format(", {}_{} INTEGER", spread, part);
    }
  }
  return text;
}

std::size_t summary_column_count() {
  return 2 + std::size(kCounts) + std::size(kSeconds) +
         std::size(kSpreads) * (1 + std::size(kSpreadParts));
}

bool list_raw(Database& database, std::vector<std::int64_t>& hours) {
  std::vector<std::string> names;
  hours.clear();
  if (!tables(database, kRaw, 10, names)) return false;
  for (const std::string_view name : names) {
    const auto day = day_of(name.substr(kRaw.size()));
    const auto hour = digits(name.substr(kRaw.size() + 8));
    if (day && hour && *hour < kHoursOfDay) hours.push_back(*day * kHoursOfDay + *hour);
  }
  return true;
}

bool list_hourly(Database& database, std::vector<std::int64_t>& days) {
  std::vector<std::string> names;
  days.clear();
  if (!tables(database, kHourly, 8, names)) return false;
  for (const std::string_view name : names) {
    if (const auto day = day_of(name.substr(kHourly.size()))) days.push_back(*day);
  }
  return true;
}

bool make_raw(Database& database, std::int64_t hour) {
  return database.execute(
      fmt::format("CREATE TABLE IF NOT EXISTS {}({})", raw_name(hour), raw_columns()));
}

bool make_hourly(Database& database, std::int64_t day) {
  return database.execute(
      fmt::format("CREATE TABLE IF NOT EXISTS {}({}, PRIMARY KEY(hour, monitor)) WITHOUT ROWID",
                  hourly_name(day), summary_columns("hour")));
}

bool make_views(Database& database) {
  std::vector<std::string> raw;
  std::vector<std::string> hourly;
  return tables(database, kRaw, 10, raw) && tables(database, kHourly, 8, hourly) &&
         make_view(database, "raw", std::move(raw)) &&
         make_view(database, "hourly", std::move(hourly));
}

}  // namespace mxsweep::store
