// SPDX-License-Identifier: MIT
// The phases of conversations as those of a trip.
#pragma once

#include <optional>
#include <vector>

#include "mxsweep/core/outcome.h"
#include "mxsweep/core/time.h"
#include "mxsweep/probe/observation.h"
#include "mxsweep/results/record.h"
#include "mxsweep/roundtrip/mailbox_order.h"
#include "mxsweep/roundtrip/step_result.h"
#include "mxsweep/roundtrip/verdict.h"

namespace mxsweep::roundtrip {

// Of those before a transaction; quit: any other.
[[nodiscard]] Phase sending_phase_of(mxsweep::Phase phase);
[[nodiscard]] Phase mailbox_phase_of(mxsweep::Phase phase);

// What a step took whose reply is that of the phase: connecting is a part of the greeting's, and a
// step with STARTTLS includes the handshake.
[[nodiscard]] Duration time_of_step(Phase phase, const results::PhaseTimes& times);

// Of the phases that were reached before the transaction.
[[nodiscard]] std::vector<PhaseTime> opening_times(const results::PhaseTimes& times);

// Adds those of a visit to a mailbox that has ended. `accepted`: when the message was; the wait for
// it begins then.
void add_mailbox_times(const probe::Observation& seen, const MailboxResult& result,
                       std::optional<Instant> accepted, std::vector<PhaseTime>& times);

}  // namespace mxsweep::roundtrip
