// SPDX-License-Identifier: MIT
// The table behind classify_reply(): rows from reply to cause, the first that fits wins.
//
//   Source    docs/causes.md; RFC 5321 section 4.2.3, RFC 3463, RFC 7504; texts that servers send.
//   Shape     A row fits when its phase, its codes, its enhanced code and its phrases all do. The
//             last row fits everything. Order is precedence: what the server says in plain words
//             about us, then enhanced codes that mean one thing only, then other words, then
//             enhanced codes that mean several, then what the code alone means in this phase.
//   Lifetime  static.
//   Errors    none: some row always fits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "mxsweep/core/outcome.h"

namespace mxsweep::verdict {

using PhaseSet = std::uint16_t;  // Bit n: Phase n.

struct CodeRange {
  int first;
  int last;
  bool or_goodbye = false;  // And 221, with which some servers hang up before they are asked to.
};

// A subject of RFC 3463 and a range of its details. The class is the reply code's first digit, so
// no row asks for it.
struct EnhancedRange {
  int subject = kAnySubject;
  int detail_first = 0;
  int detail_last = 999;

  static constexpr int kAnySubject = -1;  // Fits a reply without an enhanced code, too.
};

struct ReplyRow {
  PhaseSet phases;
  CodeRange codes;
  EnhancedRange enhanced;
  // Phrases in folded form (see Folded), '|' between them; one of them must occur. Empty: any text.
  // A blank at a phrase's edge is a word's edge: " rbl " does not occur in "hyperbola". Only a
  // phrase that begins with a dot occurs in a name: ".spamhaus." does in "zen.spamhaus.org".
  std::string_view phrases;
  Cause cause;
  std::string_view why;
};

[[nodiscard]] std::span<const ReplyRow> reply_rows();

// The index of the first row that fits. `said`: our EHLO or HELO, whose echo decides nothing.
[[nodiscard]] std::size_t fitting_row(Phase phase, int code, std::string_view reply,
                                      std::string_view said = {});

// The words of a reply and nothing else, so that a phrase can be searched for as plain octets:
// lower case; one blank for all that is not a letter or a digit. A name (a host's, an address) is
// fenced by dots and has nothing but dots between its parts, " .rate.limit.example. ", so that no
// words are found in it; what a URL's path is called is words. Begins and ends with a blank. Left
// out, as they are no words about us:
//
//   codes       and enhanced codes at the start of lines; they would also stand inside phrases
//               that run on from line to line
//   its name    where a reply begins with one
//   echoes      a command of ours in quotes or brackets, and the name that we gave in `said`, with
//               the verb before it
class Folded {
 public:
  explicit Folded(std::string_view reply, std::string_view said = {});
  [[nodiscard]] std::string_view text() const { return {octets_, size_}; }

  // Servers give their reason in their first lines; the longest seen is under 700 octets.
  static constexpr std::size_t kOctetsMax = 2048;

 private:
  void add_line(std::string_view line, bool first);
  void add_words(std::string_view words);
  void add_name(std::string_view name);
  void forget_verb();
  void add(char octet);

  std::string_view our_name_;  // Of `said`, for the constructor.
  char octets_[kOctetsMax];
  std::size_t size_ = 0;
};

}  // namespace mxsweep::verdict
