// SPDX-License-Identifier: MIT
// The table of causes: for each its group, outcome, word in records, and texts for the user.
//
//   Source    core/causes.def; docs/causes.md is generated from it (verdict/causes_page.h).
//   Lifetime  all texts are constants.
//   Errors    none: every cause has a row.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mxsweep/core/outcome.h"

namespace mxsweep {

// The sections of docs/causes.md. The group of a cause determines its outcome.
enum class CauseGroup : std::uint8_t {
  well,
  input,     // The line of the list is wrong.
  excluded,  // The user has not permitted a visit.
  local,     // Our own machine, network or limits.
  name,      // The name does not resolve to a usable address.
  mx,        // The MX record does not name a server on the internet.
  network,   // No connection, or nothing that speaks SMTP.
  declined,  // The server answered in SMTP and declined us.
  tls,       // TLS was started but not completed.
  fix,       // It works, but something must be fixed.
};
inline constexpr std::size_t kCauseGroupCount = 10;

struct CauseRow {
  Cause cause;
  CauseGroup group;
  std::string_view word;      // As in records: "net.refused".
  std::string_view sentence;  // For the user: one sentence without a full stop.
  std::string_view seen;      // What was seen, in Markdown; empty: the sentence is enough.
  std::string_view side;      // Where the fault lies: "the server's".
  std::string_view advice;    // What to do next, in Markdown.
};

// In the order of Cause.
[[nodiscard]] const std::array<CauseRow, kCauseCount>& cause_rows();

[[nodiscard]] Outcome outcome_of(CauseGroup group);

[[nodiscard]] Outcome outcome_of(Cause cause);

// CauseRow::sentence: "the server is overloaded; try again later".
[[nodiscard]] std::string_view explain(Cause cause);

}  // namespace mxsweep
