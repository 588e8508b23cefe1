// SPDX-License-Identifier: MIT
#include "watch/windows.h"

#include <chrono>
#include <string_view>

#include "mxsweep/core/ascii.h"

namespace mxsweep::watch {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::seconds;

// "2026-12-24".
std::optional<std::chrono::sys_days> day_of(std::string_view date) {
  if (date.size() != 10 || date[4] != '-' || date[7] != '-') return std::nullopt;
  const auto number = [&](std::size_t begin, std::size_t length) {
    int value = 0;
    for (const char c : date.substr(begin, length)) {
      if (!is_digit(c)) return -1;
      value = value * 10 + (c - '0');
    }
    return value;
  };
  const int year = number(0, 4);
  const int month = number(5, 2);
  const int day = number(8, 2);
  if (year < 0 || month < 0 || day < 0) return std::nullopt;
  const std::chrono::year_month_day read{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!read.ok()) return std::nullopt;
  return std::chrono::sys_days(read);
}

Window window_on(const MaintenanceRule& rule, const TimeZone& zone, std::chrono::sys_days day) {
  const seconds local = day.time_since_epoch() + floor<seconds>(rule.at);
  const WallTime from = zone.moment_of(local);
  return {from, from + floor<std::chrono::microseconds>(rule.lasts)};
}

}  // namespace

std::optional<Window> window_at(const MaintenanceRule& rule, const TimeZone& zone, WallTime now) {
  if (!rule.date.empty()) {
    const auto day = day_of(rule.date);
    if (!day) return std::nullopt;
    const Window window = window_on(rule, zone, *day);
    return window.until > now ? std::optional(window) : std::nullopt;
  }
  // A window that still goes on began at most `lasts` ago, and local days are not those of UTC.
  auto day = floor<days>(now - floor<seconds>(rule.lasts)) - days{2};
  const auto last = floor<days>(now) + days{9};
  for (; day <= last; day += days{1}) {
    const unsigned weekday = std::chrono::weekday(day).c_encoding();  // Sunday is 0.
    if (rule.weekdays != 0 && (rule.weekdays >> weekday & 1U) == 0) continue;
    const Window window = window_on(rule, zone, day);
    if (window.until > now) return window;
  }
  return std::nullopt;
}

}  // namespace mxsweep::watch
