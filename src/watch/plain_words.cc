// SPDX-License-Identifier: MIT
#include "mxsweep/watch/plain_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "mxsweep/core/counted.h"

namespace mxsweep::watch {

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string counted_grouped(std::uint64_t count, std::string_view noun) {
  const std::string words = counted(count, noun);
  return grouped(count) + words.substr(words.find(' '));
}

std::string without_backticks(std::string_view markdown) {
  std::string text(markdown);
  std::erase(text, '`');
  return text;
}

std::string span_in_words(std::chrono::microseconds span) {
  using std::chrono::duration_cast;
  const auto seconds = std::max<std::int64_t>(duration_cast<std::chrono::seconds>(span).count(), 0);
  if (seconds < 60) return fmt::format("{} s", seconds);
  const std::int64_t minutes = seconds / 60;
  if (minutes < 60) return fmt::format("{} min", minutes);
  const std::int64_t hours = minutes / 60;
  if (hours < 48) {
    return minutes % 60 == 0 ? fmt::format("{} h", hours)
                             : fmt::format("{} h {} min", hours, minutes % 60);
  }
  return fmt::format("{} days", hours / 24);
}

std::string date_of(WallTime time) {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(time));
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

std::string time_of_day(WallTime time) {
  const std::chrono::hh_mm_ss clock(
      std::chrono::floor<std::chrono::seconds>(time - std::chrono::floor<std::chrono::days>(time)));
  return fmt::format("{:02}:{:02}:{:02}", clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count());
}

std::string short_time(WallTime time, WallTime now) {
  const std::string clock = time_of_day(time).substr(0, 5);
  return date_of(time) == date_of(now) ? clock : date_of(time) + ' ' + clock;
}

std::string rfc3339(WallTime time) { return date_of(time) + 'T' + time_of_day(time) + 'Z'; }

}  // namespace mxsweep::watch
