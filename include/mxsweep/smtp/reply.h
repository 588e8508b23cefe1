// SPDX-License-Identifier: MIT
// Reads SMTP replies off a byte stream. Pure: no I/O, no clock, no allocation.
//
//   Source    RFC 5321 section 4.2 (Reply-line), 4.5.3.1.5; RFC 3463 and 2034 (enhanced codes).
//   Shape     `input` starts at a reply boundary and holds part of a reply, one, or several.
//             Between calls it may only grow; it may move in memory. How it was cut makes no
//             difference to the answer.
//   Units     octets, line ends included.
//   Lifetime  Views returned by the helpers below view the octets they were given.
//   Errors    malformed: what came is not SMTP. too_long: the reply broke a limit below. Both are
//             values: whatever a server sends is one of the four statuses.
//
// A line, and what we put up with. Each tolerance leaves its anomaly (core/anomaly.h).
//
//   line end       LF; a CR before it belongs to it, without one: bare_lf. A CR elsewhere ends
//                  nothing: bare_cr.
//   code           Three digits, the first 2 to 5, and no digit behind them: a fourth makes them a
//                  number ("2024-11-22").
//   text before    Lines without a code, empty ones too, where a reply should begin: skipped, and
//                  text_before_reply when a reply follows. Malformed is what can't be such text: a
//                  control octet other than HT, CR and LF (what is not SMTP may never send a line
//                  end), the opening of another protocol that speaks first ("SSH-", "+OK", "* OK"),
//                  and more than kTextLinesMax lines or kTextOctetsMax octets.
//   separator      SP: the last line. "-": more follow. Nothing at all: the last line,
//                  missing_text ("250 " and "250-" lack nothing: their text is empty). Anything
//                  else (TAB, a letter): the last line, no_separator.
//   many lines     Another code than before: mixed_codes, and the last line's counts. No code where
//                  more was promised: no_code, text of the reply, which goes on.
//   octets         Above 127: eight_bit. NUL, DEL and the other controls but HT: control_octets.
//   length         Over kLineOctetsStandard, line end included: long_line. Over kLineOctetsMax,
//                  line end not included: line_cut too; reading goes on to the line's end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mxsweep/core/anomaly.h"

namespace mxsweep::smtp {

// Enough for any honest server (the largest EHLO replies seen are about 2 KiB), little enough that
// tens of thousands of hostile ones do no harm. A reply of exactly the maximum is still complete.
inline constexpr std::size_t kReplyOctetsMax = 64 * 1024;
inline constexpr std::size_t kReplyLinesMax = 512;
inline constexpr std::size_t kLineOctetsMax = 4 * 1024;  // Kept of a line; longer ones are cut.
inline constexpr std::size_t kLineOctetsStandard = 512;  // RFC 5321 section 4.5.3.1.5.
// Before a reply: enough for the message of a wrapper or a loader, too little for a web page.
inline constexpr std::size_t kTextLinesMax = 8;
inline constexpr std::size_t kTextOctetsMax = 1024;

enum class ReplyStatus : std::uint8_t { need_more, complete, malformed, too_long };

class ReplyReader {
 public:
  // Call with the same reply, grown, until the status is no longer need_more: that one is final.
  // A line's octets are looked at once for its end and once more when it has one: a reply that
  // trickles in costs O(octets). What lies behind a complete reply is not looked at.
  [[nodiscard]] ReplyStatus read(std::string_view input);

  // complete: the reply's end. malformed: the offending octet. too_long: where the limit was
  // reached. need_more: the start of the line that has no end yet.
  [[nodiscard]] std::size_t reached() const { return reached_; }
  // Where the reply begins: behind the text that was skipped.
  [[nodiscard]] std::size_t begin() const { return begin_; }
  // Whether any octet so far belongs to a line without a code before the reply.
  [[nodiscard]] bool saw_text() const { return begin_ > 0 || in_text_; }

  // Meaningful when complete: the code of the last line, as Postfix and the RFC's advice have it.
  [[nodiscard]] int code() const { return code_; }
  [[nodiscard]] std::size_t line_count() const { return lines_; }
  [[nodiscard]] AnomalySet anomalies() const { return anomalies_; }

 private:
  enum class Text : std::uint8_t { none, need_more, malformed };
  [[nodiscard]] Text skip_text(std::string_view reply);
  [[nodiscard]] bool take_line(std::string_view line);

  std::uint32_t reached_ = 0;
  std::uint32_t searched_ = 0;  // No line end from reached_ up to this octet.
  std::uint32_t begin_ = 0;
  std::uint16_t code_ = 0;
  std::uint16_t lines_ = 0;
  AnomalySet anomalies_;
  std::uint8_t text_lines_ = 0;
  bool in_text_ = false;
};
static_assert(sizeof(ReplyReader) <= 24, "every conversation in flight holds one");

// One line of a reply's octets at a time, without code, separator (SP, "-" or HT) and line end, cut
// at kLineOctetsMax. A line without a code is returned whole, so this also shows octets that are
// not a reply, or not all of one.
class ReplyLines {
 public:
  explicit ReplyLines(std::string_view reply) : rest_(reply) {}
  [[nodiscard]] bool next(std::string_view& text);

 private:
  std::string_view rest_;
};

// RFC 3463: class "." subject "." detail. class 0 means that there is none.
struct EnhancedCode {
  std::uint8_t klass = 0;     // 2, 4 or 5.
  std::uint16_t subject = 0;  // 0 to 999.
  std::uint16_t detail = 0;   // 0 to 999.

  explicit operator bool() const { return klass != 0; }
  friend bool operator==(const EnhancedCode&, const EnhancedCode&) = default;
};

// From the first line of a complete reply that has one: at the start of its text, "250 2.0.0 Ok"
// or Cisco's "421 #4.4.5 Too many …"; or behind "(#" anywhere in it, as qmail writes "… (#4.3.0)".
// Its class must be the first digit of the reply's code, or it is some other number.
[[nodiscard]] EnhancedCode enhanced_code(std::string_view reply);

}  // namespace mxsweep::smtp
