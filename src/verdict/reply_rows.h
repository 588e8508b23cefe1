// SPDX-License-Identifier: MIT
// The table behind classify_reply(): rows that map a reply to a cause; the first match wins.
//
//   Source    docs/causes.md; RFC 5321 section 4.2.3, RFC 3463, RFC 7504; texts that servers send.
//   Shape     A row matches if phase, code, enhanced code and phrases all match. The last row
//             matches everything. The order is the precedence: plain words about us, then enhanced
//             codes with one meaning only, then other words, then enhanced codes with several
//             meanings, then the meaning of the code alone in this phase.
//   Lifetime  the table is static.
//   Errors    none: some row always matches.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "mxsweep/core/outcome.h"
#include "mxsweep/verdict/classify.h"
#include "mxsweep/verdict/sent_commands.h"

namespace mxsweep::verdict {

using PhaseSet = std::uint16_t;  // Bit n: Phase n.

[[nodiscard]] constexpr PhaseSet bit(Phase phase) {
  return static_cast<PhaseSet>(1U << static_cast<unsigned>(phase));
}
[[nodiscard]] constexpr bool has(PhaseSet phases, Phase phase) {
  return (phases & bit(phase)) != 0;
}

inline constexpr int kQuitReply = 221;

struct CodeRange {
  int first;
  int last;
  bool or_221 = false;  // 221 too: some servers send it and close although QUIT was not sent.
};

// A subject of RFC 3463 and a range of its details. The class equals the first digit of the reply
// code, so rows do not have one.
struct EnhancedRange {
  int subject = kAnySubject;
  int detail_first = 0;
  int detail_last = 999;

  static constexpr int kAnySubject = -1;  // Matches a reply without an enhanced code too.
};

struct ReplyRow {
  PhaseSet phases;
  CodeRange codes;
  EnhancedRange enhanced;
  // Phrases in folded form (see Folded), separated by '|'; one of them must occur. Empty: any text.
  // "mailbox+ full": the second part follows within a few words (see PhraseIndex).
  // A blank at either end of a phrase is a word boundary: " rbl " does not occur in "hyperbola".
  // Only a phrase that begins with a dot occurs in names: ".spamhaus." in "zen.spamhaus.org".
  std::string_view phrases;
  Cause cause;
  std::string_view why;
};

[[nodiscard]] std::span<const ReplyRow> reply_rows();

// The index of the first row that matches. What was sent is ignored where the reply repeats it.
[[nodiscard]] std::size_t matching_row(Phase phase, int code, std::string_view reply,
                                       const SentCommands& sent = {});

// The verdict on a refusal of that cause.
[[nodiscard]] Verdict in_phase(Phase phase, Cause cause);

}  // namespace mxsweep::verdict
