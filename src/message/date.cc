// SPDX-License-Identifier: MIT
#include "mxsweep/message/date.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

#include "message/comments.h"
#include "mxsweep/core/ascii.h"
#include "mxsweep/core/tags.h"

namespace mxsweep::message {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::chrono::sys_seconds kYearsEnd =
    std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1};
struct Zone {
  std::string_view name;
  int hours;
};
constexpr std::array<Zone, 11> kZones = {{{"UT", 0},
                                          {"GMT", 0},
                                          {"UTC", 0},
                                          {"EST", -5},
                                          {"EDT", -4},
                                          {"CST", -6},
                                          {"CDT", -5},
                                          {"MST", -7},
                                          {"MDT", -6},
                                          {"PST", -8},
                                          {"PDT", -7}}};

// Digits alone, at most `digits_max` of them.
std::optional<int> number_of(std::string_view text, std::size_t digits_max) {
  if (text.empty() || text.size() > digits_max || !std::ranges::all_of(text, is_digit)) {
    return std::nullopt;
  }
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// The next word, which is taken off `rest`.
std::string_view take_word(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(' '), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

// RFC 5322 section 4.3: 00 to 49 are of this century, other two and three digits of the last.
std::optional<int> year_of(std::string_view text) {
  const std::optional<int> year = number_of(text, 4);
  if (!year || text.size() < 2) return std::nullopt;
  if (text.size() == 4) return year;
  return *year + (text.size() == 2 && *year < 50 ? 2000 : 1900);
}

std::optional<std::chrono::seconds> time_of_day(std::string_view text) {
  std::array<int, 3> parts{};
  std::size_t count = 0;
  bool wrong = false;
  for_each_part(text, ':', [&](std::string_view part) {
    const std::optional<int> number = number_of(part, 2);
    wrong |= !number || count == parts.size();
    if (!wrong) parts[count++] = *number;
  });
  // A leap second is the 60th.
  if (wrong || count < 2 || parts[0] > 23 || parts[1] > 59 || parts[2] > 60) return std::nullopt;
  return std::chrono::hours{parts[0]} + std::chrono::minutes{parts[1]} +
         std::chrono::seconds{parts[2]};
}

std::optional<std::chrono::minutes> zone_of(std::string_view text) {
  for (const Zone& zone : kZones) {
    if (same_word(zone.name, text)) return std::chrono::hours{zone.hours};
  }
  if (text.size() != 5 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const std::optional<int> hours = number_of(text.substr(1, 2), 2);
  const std::optional<int> minutes = number_of(text.substr(3), 2);
  if (!hours || !minutes || *minutes > 59) return std::nullopt;
  const std::chrono::minutes east = std::chrono::hours{*hours} + std::chrono::minutes{*minutes};
  return text[0] == '-' ? -east : east;
}

std::optional<std::chrono::sys_days> day_of(std::string_view day, std::string_view month,
                                            std::string_view year) {
  const std::optional<int> day_number = number_of(day, 2);
  const std::optional<int> year_number = year_of(year);
  const auto found = std::ranges::find_if(
      kMonths, [month](std::string_view known) { return same_word(known, month); });
  if (!day_number || !year_number || *year_number < 1970 || found == kMonths.end()) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{
      std::chrono::year{*year_number},
      std::chrono::month{static_cast<unsigned>(found - kMonths.begin()) + 1},
      std::chrono::day{static_cast<unsigned>(*day_number)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date};
}

void append_number(std::string& out, int number, std::size_t digits) {
  const std::string text = std::to_string(number);
  out.append(digits > text.size() ? digits - text.size() : 0, '0').append(text);
}

}  // namespace

std::string write_date(std::chrono::sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  std::string text(kDays[std::chrono::weekday{day}.c_encoding()]);
  text += ", ";
  append_number(text, static_cast<int>(static_cast<unsigned>(date.day())), 2);
  text.append(1, ' ').append(kMonths[static_cast<unsigned>(date.month()) - 1]).append(1, ' ');
  append_number(text, static_cast<int>(date.year()), 4);
  char before = ' ';
  for (const auto part :
       {clock.hours().count(), clock.minutes().count(), clock.seconds().count()}) {
    text += before;
    append_number(text, static_cast<int>(part), 2);
    before = ':';
  }
  return text + " +0000";
}

std::optional<std::chrono::sys_seconds> read_date(std::string_view text) {
  const std::string bare = without_comments(text);
  std::string_view rest = bare;
  if (const std::size_t comma = rest.find(','); comma != std::string_view::npos) {
    rest = trimmed(rest.substr(comma + 1));
  }
  const std::string_view day_word = take_word(rest);
  const std::string_view month_word = take_word(rest);
  const std::optional<std::chrono::sys_days> day = day_of(day_word, month_word, take_word(rest));
  const std::optional<std::chrono::seconds> time = time_of_day(take_word(rest));
  const std::optional<std::chrono::minutes> zone = zone_of(take_word(rest));
  if (!day || !time || !zone || !rest.empty()) return std::nullopt;
  const std::chrono::sys_seconds at = *day + *time - *zone;
  // The zone can lead out of the years that are written.
  if (at < std::chrono::sys_seconds{} || at >= kYearsEnd) return std::nullopt;
  return at;
}

}  // namespace mxsweep::message
