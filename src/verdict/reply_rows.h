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

namespace mxsweep::verdict {

using PhaseSet = std::uint16_t;  // Bit n: Phase n.

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
  // A blank at either end of a phrase is a word boundary: " rbl " does not occur in "hyperbola".
  // Only a phrase that begins with a dot occurs in names: ".spamhaus." in "zen.spamhaus.org".
  std::string_view phrases;
  Cause cause;
  std::string_view why;
};

[[nodiscard]] std::span<const ReplyRow> reply_rows();

// The index of the first row that matches. `hello`: our EHLO or HELO command, ignored where the
// reply quotes it.
[[nodiscard]] std::size_t matching_row(Phase phase, int code, std::string_view reply,
                                       std::string_view hello = {});

// A reply reduced to its words, so that phrases can be searched for as plain octets: lower case,
// with one blank for every run of characters that are neither letters nor digits. It begins and
// ends with a blank. A name (a host name or an address) is enclosed in dots and has dots between
// its parts, " .rate.limit.example. ", so that no phrase of words matches inside it; the path of a
// URL counts as words. Left out, because they are not about us:
//
//   codes       and enhanced codes at the start of lines; they would also interrupt phrases that
//               continue on the next line
//   its name    the server's name, if the reply begins with it
//   echoes      a command of ours in quotes or brackets, and the name in `hello` together with the
//               verb before it
class Folded {
 public:
  explicit Folded(std::string_view reply, std::string_view hello = {});
  [[nodiscard]] std::string_view text() const { return {octets_, size_}; }

  // The rest is dropped. Servers give the reason first; the longest seen is under 700 octets.
  static constexpr std::size_t kOctetsMax = 2048;

 private:
  void add_line(std::string_view line, bool first);
  void add_words(std::string_view words);
  void add_name(std::string_view name);
  void remove_verb();
  void add(char octet);

  std::string_view our_name_;  // The name in `hello`; used by the constructor only.
  char octets_[kOctetsMax];
  std::size_t size_ = 0;
};

}  // namespace mxsweep::verdict
