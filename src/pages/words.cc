// SPDX-License-Identifier: MIT
#include "pages/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "mxsweep/core/utf8.h"

namespace mxsweep::pages {

using std::chrono::duration_cast;

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
  return end <= now ? "ended " + span_in_words(now - end) + " ago"
                    : span_in_words(end - now) + " left";
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
    case watch::IncidentKind::check:
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
  if (phase == Phase::quit || phase == Phase::input) return word;
  std::string where(to_string(phase));
  std::ranges::replace(where, '_', ' ');
  return where + ' ' + word;
}

}  // namespace mxsweep::pages
