// SPDX-License-Identifier: MIT
#include "roundtrip/phases.h"

#include <algorithm>
#include <iterator>

namespace mxsweep::roundtrip {
namespace {

using CorePhase = mxsweep::Phase;

struct PhaseRow {
  CorePhase core;
  Phase sending;
  Phase mailbox;
};
constexpr PhaseRow kPhaseRows[] = {
    {CorePhase::connect, Phase::connect, Phase::fetch_connect},
    {CorePhase::greeting, Phase::greeting, Phase::fetch_greeting},
    {CorePhase::ehlo, Phase::ehlo, Phase::fetch_greeting},
    {CorePhase::starttls, Phase::starttls, Phase::fetch_tls},
    {CorePhase::tls, Phase::tls, Phase::fetch_tls},
    {CorePhase::ehlo_tls, Phase::ehlo_tls, Phase::fetch_tls},
};

const PhaseRow* phase_row_of(CorePhase phase) {
  const auto row = std::ranges::find(kPhaseRows, phase, &PhaseRow::core);
  return row == std::end(kPhaseRows) ? nullptr : &*row;
}

}  // namespace

Phase sending_phase_of(mxsweep::Phase phase) {
  const PhaseRow* const row = phase_row_of(phase);
  return row == nullptr ? Phase::quit : row->sending;
}

Phase mailbox_phase_of(mxsweep::Phase phase) {
  const PhaseRow* const row = phase_row_of(phase);
  return row == nullptr ? Phase::login : row->mailbox;
}

Duration time_of_step(Phase phase, const results::PhaseTimes& times) {
  Duration took{};
  const auto add = [&](CorePhase core) {
    if (times[core] != results::kNotReached) took += times[core];
  };
  switch (phase) {
    case Phase::connect: add(CorePhase::connect); break;
    case Phase::greeting:
      add(CorePhase::connect);
      add(CorePhase::greeting);
      break;
    case Phase::ehlo: add(CorePhase::ehlo); break;
    case Phase::starttls:
    case Phase::tls:
      add(CorePhase::starttls);
      add(CorePhase::tls);
      break;
    case Phase::ehlo_tls: add(CorePhase::ehlo_tls); break;
    case Phase::quit: add(CorePhase::quit); break;
    default: break;
  }
  return took;
}

std::vector<PhaseTime> opening_times(const results::PhaseTimes& times) {
  std::vector<PhaseTime> opening;
  for (const PhaseRow& row : kPhaseRows) {
    if (times[row.core] != results::kNotReached) {
      opening.push_back({row.sending, times[row.core]});
    }
  }
  return opening;
}

void add_mailbox_times(const probe::Observation& seen, const MailboxResult& result,
                       std::optional<Instant> accepted, std::vector<PhaseTime>& times) {
  const results::PhaseTimes ms = seen.record({}).ms;
  Instant before = seen.started();
  for (const PhaseRow& row : kPhaseRows) {
    if (ms[row.core] == results::kNotReached) continue;
    before += ms[row.core];
    if (!times.empty() && times.back().phase == row.mailbox) {
      times.back().took += ms[row.core];
    } else {
      times.push_back({row.mailbox, ms[row.core]});
    }
  }
  const auto add = [&](Phase phase, std::optional<Instant> since, std::optional<Instant> until) {
    if (since && until) times.push_back({phase, std::max(*until - *since, Duration::zero())});
  };
  add(Phase::login, before, result.logged_in_at);
  add(Phase::select, result.logged_in_at, result.selected_at);
  add(Phase::wait, accepted, result.seen_at);
  add(Phase::headers, result.seen_at, result.header_at);
  add(Phase::remove, result.header_at, result.removed_at);
  if (ms[CorePhase::quit] != results::kNotReached) {
    times.push_back({Phase::logout, ms[CorePhase::quit]});
  }
}

}  // namespace mxsweep::roundtrip
