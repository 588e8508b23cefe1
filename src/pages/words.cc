// SPDX-License-Identifier: MIT
#include "pages/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "mxsweep/core/utf8.h"

namespace mxsweep::pages {

using std::chrono::duration_cast;

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", grouped(count), noun, count == 1 ? "" : "s");
}

std::string span(std::chrono::microseconds span) {
  const auto seconds = std::max<std::int64_t>(duration_cast<std::chrono::seconds>(span).count(), 0);
  if (seconds < 60) return fmt::format("{} s", seconds);
  const std::int64_t minutes = seconds / 60;
  if (minutes < 60) return fmt::format("{} min", minutes);
  const std::int64_t hours = minutes / 60;
  if (hours >= 48) return fmt::format("{} days", hours / 24);
  return minutes % 60 == 0 ? fmt::format("{} h", hours)
                           : fmt::format("{} h {} min", hours, minutes % 60);
}

std::string milliseconds(Duration duration) {
  const double ms = std::chrono::duration<double, std::milli>(duration).count();
  if (ms >= 9999.5) return fmt::format("{:.1f} s", ms / 1000);
  if (ms < 0.995) return fmt::format("{:.2f} ms", ms);  // On loopback.
  return ms >= 99.95 ? fmt::format("{:.0f} ms", ms) : fmt::format("{:.1f} ms", ms);
}

std::string percent(double part) {
  if (part >= 1) return "100 %";
  // More digits the closer it is to all, and never rounded up.
  const double places = part >= 0.999 ? 1000 : 100;
  const double floored = std::floor(std::max(part, 0.0) * 100 * places) / places;
  return part >= 0.999 ? fmt::format("{:.3f} %", floored) : fmt::format("{:.2f} %", floored);
}

std::string date(WallTime time) {
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
  const std::string day = date(time);
  return day == date(now) ? clock : day + ' ' + clock;
}

std::string rfc3339(WallTime time) { return date(time) + 'T' + time_of_day(time) + 'Z'; }

std::string capitalized(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') {
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  }
  return text;
}

std::string cut(std::string_view text, std::size_t octets_max) {
  if (text.size() <= octets_max) return std::string(text);
  return std::string(cut_between_characters(text, octets_max)) + "\xe2\x80\xa6";
}

std::string left(WallTime end, WallTime now) {
  return end <= now ? "ended " + span(now - end) + " ago" : span(end - now) + " left";
}

std::string_view class_of(watch::State state) {
  switch (state) {
    case watch::State::up: return "up";
    case watch::State::degraded: return "degraded";
    case watch::State::down: return "down";
    case watch::State::unknown: break;
  }
  return "unknown";
}

std::string_view class_of(const watch::Incident& incident) {
  if (!incident.open()) return "up";
  switch (incident.kind) {
    case watch::IncidentKind::down: return "down";
    case watch::IncidentKind::degraded:
    case watch::IncidentKind::flapping:
    case watch::IncidentKind::internal:
    case watch::IncidentKind::certificate: return "degraded";
    case watch::IncidentKind::unobserved:
    case watch::IncidentKind::blind:
    case watch::IncidentKind::change:
    case watch::IncidentKind::digest: break;
  }
  return "unknown";
}

watch::State worst(const view::Counts& counts) {
  if (counts.down > 0) return watch::State::down;
  if (counts.degraded > 0) return watch::State::degraded;
  return counts.up > 0 ? watch::State::up : watch::State::unknown;
}

std::string problem(Phase phase, Cause cause) {
  std::string word(to_string(cause));
  word.erase(0, word.find('.') + 1);
  std::ranges::replace(word, '_', ' ');
  std::ranges::replace(word, '-', ' ');
  if (phase == Phase::quit) return word;
  std::string where(to_string(phase));
  std::ranges::replace(where, '_', ' ');
  return where + ' ' + word;
}

}  // namespace mxsweep::pages
