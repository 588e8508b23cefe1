// SPDX-License-Identifier: MIT
#include "mxsweep/blocklists/budget.h"

#include <algorithm>
#include <charconv>

#include "mxsweep/blocklists/zone.h"
#include "mxsweep/core/ascii.h"

namespace mxsweep::blocklists {
namespace {

constexpr std::string_view kFirstLine = "mxsweep blocklists 1";
constexpr std::string_view kDay = "day ";

std::string padded(unsigned number, std::size_t digits) {
  std::string text = std::to_string(number);
  if (text.size() < digits) text.insert(0, digits - text.size(), '0');
  return text;
}

// Digits alone, all of the text.
template <typename Number>
bool read_digits(std::string_view text, Number& number) {
  if (text.empty() || !is_digit(text.front())) return false;
  const char* const end = text.data() + text.size();
  const auto [reached, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && reached == end;
}

// "2026-11-27"
bool read_day(std::string_view text, std::chrono::sys_days& day) {
  unsigned year = 0;
  unsigned month = 0;
  unsigned date = 0;
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  if (!read_digits(text.substr(0, 4), year) || !read_digits(text.substr(5, 2), month) ||
      !read_digits(text.substr(8), date)) {
    return false;
  }
  const std::chrono::year_month_day whole{std::chrono::year{static_cast<int>(year)},
                                          std::chrono::month{month}, std::chrono::day{date}};
  day = whole;
  return whole.ok();
}

// False: there is no whole line any more.
bool take_line(std::string_view& text, std::string_view& line) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return false;
  line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return true;
}

}  // namespace

void add_others(DaySpent& spent, const DaySpent& before) {
  if (spent.day != before.day) return;
  for (const Spent& each : before.zones) {
    if (spent.zones.size() == kZonesMax) return;
    const bool known = std::ranges::find(spent.zones, each.zone, &Spent::zone) != spent.zones.end();
    if (!known) spent.zones.push_back(each);
  }
}

std::string write_spent(const DaySpent& spent) {
  const std::chrono::year_month_day day{spent.day};
  std::string text = std::string(kFirstLine) + '\n' + std::string(kDay) +
                     padded(static_cast<unsigned>(static_cast<int>(day.year())), 4) + '-' +
                     padded(static_cast<unsigned>(day.month()), 2) + '-' +
                     padded(static_cast<unsigned>(day.day()), 2) + '\n';
  for (const Spent& each : spent.zones) {
    text += each.zone + ' ' + std::to_string(each.questions) + '\n';
  }
  return text;
}

std::optional<DaySpent> read_spent(std::string_view text) {
  DaySpent spent;
  std::string_view line;
  if (!take_line(text, line) || line != kFirstLine) return std::nullopt;
  if (!take_line(text, line) || !line.starts_with(kDay)) return std::nullopt;
  if (!read_day(line.substr(kDay.size()), spent.day)) return std::nullopt;
  while (take_line(text, line)) {
    const std::size_t space = line.find(' ');
    Spent each;
    if (space == 0 || space == std::string_view::npos || space > kNameOctets) return std::nullopt;
    if (!read_digits(line.substr(space + 1), each.questions)) return std::nullopt;
    if (spent.zones.size() == kZonesMax) return std::nullopt;
    each.zone = line.substr(0, space);
    spent.zones.push_back(std::move(each));
  }
  if (!text.empty()) return std::nullopt;
  return spent;
}

}  // namespace mxsweep::blocklists
