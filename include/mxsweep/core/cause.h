// SPDX-License-Identifier: MIT
// What a cause means: its group, its outcome, and what to tell a person. One table for all of it.
//
//   Source    core/causes.def; docs/causes.md is printed from it (verdict/causes_page.h).
//   Lifetime  all texts are constants.
//   Errors    none: every cause has a row.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mxsweep/core/outcome.h"

namespace mxsweep {

// The sections of docs/causes.md. A cause's outcome is that of its group.
enum class CauseGroup : std::uint8_t {
  well,
  input,     // The line of the list.
  local,     // Our own machine, network or limits.
  name,      // What DNS has about a name.
  mx,        // What the MX record names is no server on the internet.
  network,   // No connection, or nothing that speaks SMTP.
  declined,  // The server answered in SMTP and declined us.
  tls,       // TLS was begun and not finished.
  mend,      // It works, and something about it must be mended.
};
inline constexpr std::size_t kCauseGroupCount = 9;

struct CauseRow {
  Cause cause;
  CauseGroup group;
  std::string_view word;      // "net.refused": in records.
  std::string_view sentence;  // One sentence without its full stop.
  std::string_view seen;      // What was seen, in Markdown.
  std::string_view side;      // Where the fault lies: "the server's".
  std::string_view advice;    // What to do next, in Markdown.
};

// In the order of Cause.
[[nodiscard]] const std::array<CauseRow, kCauseCount>& cause_rows();

[[nodiscard]] Outcome outcome_of(CauseGroup group);

// The outcome that goes with a cause: each cause has one.
[[nodiscard]] Outcome outcome_of(Cause cause);

// For a person, one sentence without its full stop: "the server is overloaded; try again later".
[[nodiscard]] std::string_view explain(Cause cause);

}  // namespace mxsweep
