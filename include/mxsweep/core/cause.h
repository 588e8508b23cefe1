// SPDX-License-Identifier: MIT
// The table of causes: for each its outcome, word in records, group, blame, and texts for the user.
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

// The sections of docs/causes.md. The section of a cause determines its outcome.
enum class CauseSection : std::uint8_t {
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
  run,       // What was run instead of a probe says that it fails.
};
inline constexpr std::size_t kCauseSectionCount = 11;

// The classic reasons why mail does not flow, in the record's "group".
enum class CauseGroup : std::uint8_t {
  none,           // Nothing is wrong. Not written to records.
  connectivity,   // No packets, or no names.
  resources,      // The server is short of disk, memory or processes.
  configuration,  // The server, its certificate or its zone is not set up for this.
  blocklist,      // Our address is listed or banned.
  throttled,      // We are asked to come less often, or later.
  protocol,       // One side did not keep to SMTP or TLS.
  scanner,        // Our own machine, list or settings.
  unknown,        // The reply names no reason that we know.
};
inline constexpr std::size_t kCauseGroupCount = 9;

// Where the fault lies, in the record's "blame".
enum class Blame : std::uint8_t {
  none,  // Nothing is wrong. Not written to records.
  target,
  path,
  scanner,
  unknown,
};
inline constexpr std::size_t kBlameCount = 5;

struct CauseRow {
  Cause cause;
  CauseSection section;
  std::string_view word;  // As in records: "net.refused".
  CauseGroup group;
  Blame blame;
  std::string_view sentence;  // For the user: one sentence without a full stop.
  std::string_view seen;      // What was seen, in Markdown; empty: the sentence is enough.
  std::string_view side;      // Where the fault lies: "the server's".
  std::string_view advice;    // What to do next, in Markdown.
};

// In the order of Cause.
[[nodiscard]] const std::array<CauseRow, kCauseCount>& cause_rows();

[[nodiscard]] Outcome outcome_of(CauseSection section);

[[nodiscard]] Outcome outcome_of(Cause cause);

[[nodiscard]] const CauseRow& row_of(Cause cause);

// The words of the schema: "connectivity", "target".
[[nodiscard]] std::string_view to_string(CauseGroup group);
[[nodiscard]] std::string_view to_string(Blame blame);

// CauseRow::sentence: "the server is overloaded; try again later".
[[nodiscard]] std::string_view explain(Cause cause);

}  // namespace mxsweep
