// SPDX-License-Identifier: MIT
// Reads SMTP replies from a byte stream. Pure: no I/O, no clock, no allocation.
//
//   Source    RFC 5321 section 4.2 (Reply-line), 4.5.3.1.5; RFC 3463 and 2034 (enhanced codes).
//   Shape     `input` starts at a reply boundary and holds part of a reply, one reply, or several.
//             Between calls it may grow and may move in memory, but what was there must not change.
//             The result does not depend on how the stream was segmented.
//   Units     octets, line ends included.
//   Lifetime  What the helpers below return views the octets passed in.
//   Errors    malformed: the octets are not SMTP. too_long: the reply exceeds a limit below. Both
//             are values: any input at all ends in one of the four statuses.
//
// What a line may look like. Each deviation that is tolerated adds its anomaly (core/anomaly.h).
//
//   line end       LF. A CR before it is part of the line end; without one: bare_lf. A CR anywhere
//                  else does not end a line: bare_cr.
//   code           Three digits, the first 2 to 5. A fourth digit makes it a number, not a code
//                  ("2024-11-22").
//   text before    Lines without a code (empty lines too) before a reply are skipped;
//                  text_before_reply if a reply follows. Malformed is what cannot be such text: a
//                  control octet other than HT, CR and LF (other protocols may never send a line
//                  end), the opening of another protocol that speaks first ("SSH-", "+OK", "* OK"),
//                  and more than kTextLinesMax lines or kTextOctetsMax octets.
//   separator      SP: the last line. "-": more lines follow. Nothing: the last line, missing_text
//                  ("250 " and "250-" are complete: their text is empty). Anything else (TAB, a
//                  letter): the last line, no_separator.
//   many lines     A code different from the line before: mixed_codes; the last line's code counts.
//                  No code where another line was announced: no_code; the line is text of the
//                  reply, and the reply continues.
//   octets         Above 127: eight_bit. NUL, DEL and all other controls except HT: control_octets.
//   length         Over kLineOctetsStandard, line end included: long_line. Over kLineOctetsMax,
//                  line end not included: line_cut too; the line is still read to its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mxsweep/core/anomaly.h"
#include "mxsweep/core/dialogue.h"

namespace mxsweep::smtp {

// Ample for legitimate servers (the largest EHLO replies seen are about 2 KiB), small enough that
// tens of thousands of hostile ones do no harm. A reply of exactly the maximum is still complete.
inline constexpr std::size_t kReplyOctetsMax = 64 * 1024;
inline constexpr std::size_t kReplyLinesMax = 512;
inline constexpr std::size_t kLineOctetsMax = 4 * 1024;  // The rest of a longer line is dropped.
inline constexpr std::size_t kLineOctetsStandard = 512;  // RFC 5321 section 4.5.3.1.5.
// Limits of text before a reply: enough for a message of a wrapper or loader, not for a web page.
inline constexpr std::size_t kTextLinesMax = 8;
inline constexpr std::size_t kTextOctetsMax = 1024;

using mxsweep::ReplyStatus;

class ReplyReader {
 public:
  // Call again with the same reply, grown, while the status is need_more; any other is final.
  // Each octet is looked at twice: in the search for the line end, then with its line. A reply that
  // arrives octet by octet still costs O(octets). Octets after a complete reply are not looked at.
  [[nodiscard]] ReplyStatus read(std::string_view input);

  // complete: the end of the reply. malformed: the offending octet. too_long: where the limit was
  // reached. need_more: the start of the unfinished line.
  [[nodiscard]] std::size_t reached() const { return reached_; }
  // Where the reply begins: after the text that was skipped.
  [[nodiscard]] std::size_t begin() const { return begin_; }
  // Whether any octet so far belongs to a line without a code that precedes the reply.
  [[nodiscard]] bool saw_text() const { return begin_ > 0 || in_text_; }

  // Meaningful when complete. The last line's code, as RFC 5321 recommends and Postfix does.
  [[nodiscard]] int code() const { return code_; }
  [[nodiscard]] std::size_t line_count() const { return lines_; }
  [[nodiscard]] AnomalySet anomalies() const { return anomalies_; }

 private:
  enum class Text : std::uint8_t { none, need_more, malformed };
  [[nodiscard]] Text skip_text(std::string_view reply);
  [[nodiscard]] bool take_line(std::string_view line);

  std::uint32_t reached_ = 0;
  std::uint32_t searched_ = 0;  // There is no line end from reached_ up to here.
  std::uint32_t begin_ = 0;
  std::uint16_t code_ = 0;
  std::uint16_t lines_ = 0;
  AnomalySet anomalies_;
  std::uint8_t text_lines_ = 0;
  bool in_text_ = false;
};
static_assert(sizeof(ReplyReader) <= 24, "every conversation in flight holds one");

// Iterates over the lines of a reply. Of each line it returns the text: without code, separator
// (SP, "-" or HT) and line end, cut at kLineOctetsMax. A line without a code is returned whole, so
// octets that are no reply, or only part of one, can be displayed too. next() is false at the end.
class ReplyLines {
 public:
  explicit ReplyLines(std::string_view reply) : rest_(reply) {}
  [[nodiscard]] bool next(std::string_view& text);
  // What follows the last text, with its codes.
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

// RFC 3463: class "." subject "." detail. Class 0 means no enhanced code.
struct EnhancedCode {
  std::uint8_t klass = 0;     // 2, 4 or 5.
  std::uint16_t subject = 0;  // 0 to 999.
  std::uint16_t detail = 0;   // 0 to 999.

  explicit operator bool() const { return klass != 0; }
  friend bool operator==(const EnhancedCode&, const EnhancedCode&) = default;
};

// The enhanced code of a complete reply: that of the first line that has one, at the start of its
// text ("250 2.0.0 Ok", or Cisco's "421 #4.4.5 Too many …") or after "(#" anywhere in it, as qmail
// writes "… (#4.3.0)". Its class must equal the first digit of the reply code; otherwise it is some
// other number.
[[nodiscard]] EnhancedCode enhanced_code(std::string_view reply);

}  // namespace mxsweep::smtp
