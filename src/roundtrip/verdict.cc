// SPDX-License-Identifier: MIT
#include "mxsweep/roundtrip/verdict.h"

#include <optional>

#include "mxsweep/core/enum_words.h"
#include "mxsweep/core/invariant.h"

namespace mxsweep::roundtrip {
namespace {

constexpr EnumWord<Phase> kPhases[] = {
    {Phase::dns, "dns"},
    {Phase::connect, "connect"},
    {Phase::greeting, "greeting"},
    {Phase::ehlo, "ehlo"},
    {Phase::starttls, "starttls"},
    {Phase::tls, "tls"},
    {Phase::ehlo_tls, "ehlo_tls"},
    {Phase::auth, "auth"},
    {Phase::mail, "mail"},
    {Phase::rcpt, "rcpt"},
    {Phase::data, "data"},
    {Phase::dot, "dot"},
    {Phase::command, "command"},
    {Phase::quit, "quit"},
    {Phase::fetch_connect, "fetch_connect"},
    {Phase::fetch_greeting, "fetch_greeting"},
    {Phase::fetch_tls, "fetch_tls"},
    {Phase::login, "login"},
    {Phase::select, "select"},
    {Phase::wait, "wait"},
    {Phase::search, "search"},
    {Phase::headers, "headers"},
    {Phase::remove, "delete"},
    {Phase::logout, "logout"},
};
static_assert(has_each_value(kPhases, Phase::logout) && words_differ(kPhases));

constexpr EnumWord<State> kStates[] = {
    {State::ok, "ok"},
    {State::slow, "slow"},
    {State::send_failed, "send_failed"},
    {State::accepted_not_delivered, "accepted_not_delivered"},
    {State::delivered_elsewhere, "delivered_elsewhere"},
    {State::fetch_failed, "fetch_failed"},
    {State::bounced, "bounced"},
    {State::unknown, "unknown"},
};
static_assert(has_each_value(kStates, State::unknown) && words_differ(kStates));

// The first row that fits decides. Nothing: any.
struct Row {
  std::optional<Sent> sent;
  std::optional<bool> bounced;
  std::optional<Found> found;
  State state;
};
constexpr std::optional<Sent> kAnySent{};
constexpr std::optional<Found> kAnyFound{};
constexpr Row kRows[] = {
    {Sent::failed, std::nullopt, kAnyFound, State::send_failed},
    {kAnySent, true, kAnyFound, State::bounced},
    // Seen is sent, whatever the sender has heard.
    {kAnySent, false, Found::as_wanted, State::ok},
    {kAnySent, false, Found::elsewhere, State::delivered_elsewhere},
    {Sent::queued, false, Found::not_tried, State::ok},
    {Sent::queued, false, Found::nowhere, State::accepted_not_delivered},
    {Sent::queued, false, Found::failed, State::fetch_failed},
    {Sent::queued, false, Found::stopped, State::unknown},
    {Sent::unsure, false, Found::nowhere, State::send_failed},
    {Sent::unsure, false, Found::not_tried, State::send_failed},
    {Sent::unsure, false, Found::failed, State::unknown},
    {Sent::unsure, false, Found::stopped, State::unknown},
    {Sent::stopped, false, kAnyFound, State::unknown},
};

template <typename Value>
constexpr bool fits(const std::optional<Value>& column, Value value) {
  return !column || *column == value;
}

constexpr const Row* row_for(Sent sent, bool bounced, Found found) {
  for (const Row& row : kRows) {
    if (fits(row.sent, sent) && fits(row.bounced, bounced) && fits(row.found, found)) return &row;
  }
  return nullptr;
}

consteval bool has_row_for_all() {
  for (int sent = 0; sent <= static_cast<int>(Sent::stopped); ++sent) {
    for (int found = 0; found <= static_cast<int>(Found::stopped); ++found) {
      for (const bool bounced : {false, true}) {
        if (row_for(static_cast<Sent>(sent), bounced, static_cast<Found>(found)) == nullptr) {
          return false;
        }
      }
    }
  }
  return true;
}
static_assert(has_row_for_all());
static_assert(row_for(Sent::queued, false, Found::failed)->state == State::fetch_failed,
              "a message that could not be looked for is not lost");

}  // namespace

std::string_view to_string(Phase phase) { return word_of(kPhases, phase); }

std::string_view to_string(State state) { return word_of(kStates, state); }

Verdict judge(const Outcome& outcome) {
  const Row* const row = row_for(outcome.sent, outcome.bounced, outcome.found);
  INVARIANT(row != nullptr);
  if (row->state == State::ok && outcome.slow) return {State::slow, true, outcome.slowest};
  if (row->state == State::send_failed) return {row->state, true, outcome.sent_until};
  if (row->state == State::fetch_failed) return {row->state, true, outcome.found_until};
  return {row->state, false, Phase::dns};
}

}  // namespace mxsweep::roundtrip
