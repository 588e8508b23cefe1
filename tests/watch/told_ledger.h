// SPDX-License-Identifier: MIT
// The messages that were accepted, as lines and against the promises of delivery.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "mxsweep/watch/message.h"

namespace mxsweep::watch {

// "2026-03-29T02:10:05Z"
[[nodiscard]] inline std::string text_of(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss of_day{std::chrono::floor<std::chrono::seconds>(time - day)};
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(of_day.hours().count()),
                static_cast<int>(of_day.minutes().count()),
                static_cast<int>(of_day.seconds().count()));
  return text;
}

// What each channel was told of each incident, against the promises of delivery: an opening once,
// before everything else; an end once, and only of what was opened.
class ToldLedger {
 public:
  void on_accepted(const std::string& channel, const Message& message) {
    State& state = states_[{channel, message.incident}];
    switch (message.kind) {
      case MessageKind::opening: expect(state == State::untold, channel, message); break;
      case MessageKind::update:
      case MessageKind::reminder: expect(state == State::open, channel, message); return;
      case MessageKind::closing: expect(state == State::open, channel, message); break;
      case MessageKind::past: expect(state == State::untold, channel, message); break;
      case MessageKind::notice:
      case MessageKind::digest:
      case MessageKind::test: return;
    }
    state = message.kind == MessageKind::opening ? State::open : State::ended;
  }
  [[nodiscard]] const std::vector<std::string>& broken() const { return broken_; }
  // Openings that were told, and no end.
  [[nodiscard]] std::size_t untold_ends() const {
    std::size_t count = 0;
    for (const auto& [key, state] : states_) count += state == State::open ? 1 : 0;
    return count;
  }

  // Those, by channel and incident.
  [[nodiscard]] std::set<std::pair<std::string, IncidentId>> open() const {
    std::set<std::pair<std::string, IncidentId>> open;
    for (const auto& [key, state] : states_) {
      if (state == State::open) open.insert(key);
    }
    return open;
  }

 private:
  enum class State : std::uint8_t { untold, open, ended };

  void expect(bool kept, const std::string& channel, const Message& message) {
    if (kept) return;
    broken_.push_back(channel + " " + std::to_string(message.incident) + " " +
                      std::string(to_string(message.kind)) + " " + message.subject);
  }

  std::map<std::pair<std::string, IncidentId>, State> states_;
  std::vector<std::string> broken_;
};

}  // namespace mxsweep::watch
