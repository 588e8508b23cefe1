// SPDX-License-Identifier: MIT
// What a round trip has shown. Plain values, and their line of JSON.
//
//   Source    the schema (`mxsweep schema`), "roundtrip_line".
//   Units     durations; wall times by this machine's clock, but those of hops, which each server
//             takes from its own.
//   Secrets   none.
//   Errors    none: octets of servers are escaped.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/address.h"
#include "mxsweep/core/time.h"
#include "mxsweep/message/authentication.h"
#include "mxsweep/message/received.h"
#include "mxsweep/roundtrip/mailbox_order.h"
#include "mxsweep/roundtrip/script.h"
#include "mxsweep/roundtrip/step_result.h"
#include "mxsweep/roundtrip/verdict.h"

namespace mxsweep::roundtrip {

// One connection to a server that messages are sent to.
struct SentReport {
  Endpoint endpoint{};
  Address ip{};  // Family::none: not known.
  std::vector<PhaseTime> times{};
  std::vector<StepResult> steps{};
};

// All connections to the mailbox.
struct FetchReport {
  Endpoint endpoint{};
  Address ip{};
  std::uint32_t visits = 0;
  std::vector<PhaseTime> times{};  // Of the visit that has seen the message, or of the last one.
  MailboxResult last{};            // Of that visit; its header is not kept here.
  std::uint32_t swept = 0;         // In all visits.
};

struct Report {
  std::string name{};
  WallTime at{};  // When it began.
  Duration total{};
  Verdict verdict{};
  std::string why{};  // A sentence about what is wrong, with the server's words; empty: nothing.
  std::string token{};
  std::vector<SentReport> sent{};
  std::optional<WallTime> accepted{};  // The reply to the final dot.
  std::optional<FetchReport> fetch{};
  std::optional<WallTime> seen{};
  std::optional<Duration> accepted_to_visible{};
  std::vector<StepResult> checks{};  // Of the message: header, hops, delete.
  std::vector<message::Hop> hops{};
  bool clock_skew = false;
  // Nothing: no server of that name has written any.
  std::optional<std::vector<message::MethodResult>> authentication{};
  std::vector<message::DkimSigner> signers{};
};

// One line, with its end. `script`: of the report; for the names of its steps.
void append_json(const Report& report, const Script& script, std::string& out);

}  // namespace mxsweep::roundtrip
