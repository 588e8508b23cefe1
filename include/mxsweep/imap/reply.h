// SPDX-License-Identifier: MIT
// Reads IMAP replies from a byte stream: all responses up to the one that completes the command.
// Pure: no I/O, no clock, no allocation.
//
//   Source    RFC 9051 sections 2.2.2, 4.3, 7 (RFC 3501 is the same here); RFC 5530 (codes).
//   Shape     `input` starts at a reply and holds part of it, all of it, or more. Between calls it
//             may grow and move, but what was there must not change. The result does not depend on
//             how the stream was segmented.
//   Reply     Untagged and continuation responses, then the tagged one: OK, NO or BAD. A greeting
//             is one untagged status: OK, PREAUTH or BYE. An untagged BYE completes any reply but
//             that to LOGOUT, of which it is a part. A response with another tag completes the
//             reply too, as a stray one. While a command goes on (IDLE), responses must be seen as
//             they come: Awaited::single.
//   Literal   "{n}" at the end of a line: n octets of any value belong to the response, and the
//             line goes on behind them. Counted, never searched. Text of a status has none.
//   Lines     end in LF; without a CR before it: bare_lf. Over kLineOctetsMax: line_cut, because a
//             record does not have the rest. The octets of literals have no anomalies.
//   Units     octets, line ends included.
//   Lifetime  what the helpers return views the octets passed in.
//   Errors    malformed: the octets are not IMAP. too_long: a limit below was exceeded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mxsweep/core/anomaly.h"
#include "mxsweep/core/dialogue.h"

namespace mxsweep::imap {

inline constexpr std::size_t kReplyOctetsMax = 64 * 1024;
inline constexpr std::size_t kReplyLinesMax = 512;
inline constexpr std::size_t kLineOctetsMax = 4 * 1024;
inline constexpr std::size_t kLiteralOctetsMax = 32 * 1024;
inline constexpr std::size_t kTagOctetsMax = 32;

enum class Status : std::uint8_t { none, ok, no, bad, preauth, bye };

// As sent, in capitals; empty for none.
[[nodiscard]] std::string_view to_string(Status status);

// What completes the reply, and how much it may have.
struct Awaited {
  std::string_view tag;  // Of our command; empty: a greeting.
  bool logout = false;   // The command is LOGOUT.
  bool single = false;   // Any response completes it: they are read one by one.
  std::uint32_t octets_max = kReplyOctetsMax;
  std::uint32_t literal_octets_max = kLiteralOctetsMax;
};

class ReplyReader {
 public:
  // Call again with the same reply, grown, while the status is need_more; any other is final.
  [[nodiscard]] ReplyStatus read(std::string_view input, const Awaited& awaited);

  // complete: the end of the reply. malformed: the offending octet. too_long: where the limit was
  // reached. need_more: the start of the unfinished response.
  [[nodiscard]] std::size_t reached() const { return reached_; }
  // Meaningful when complete. none: a response with the tag of no command of ours.
  [[nodiscard]] Status status() const { return status_; }
  [[nodiscard]] AnomalySet anomalies() const { return anomalies_; }

 private:
  [[nodiscard]] bool take_line(std::string_view line);
  [[nodiscard]] ReplyStatus take_response(std::string_view response, const Awaited& awaited);

  std::uint32_t reached_ = 0;
  std::uint32_t line_ = 0;      // Where the current line, or what follows a literal, begins.
  std::uint32_t searched_ = 0;  // There is no line end from line_ up to here.
  AnomalySet anomalies_;
  std::uint16_t lines_ = 0;
  Status status_ = Status::none;
};
static_assert(sizeof(ReplyReader) <= 24, "every conversation in flight holds one");

// The status at the start of a response, if it is one: "* OK [CODE] text", "a1 NO text".
struct StatusLine {
  std::string_view tag;            // "*", or that of the command.
  Status status = Status::none;    // none: another response, or not IMAP.
  std::string_view response_code;  // Between the brackets: "CAPABILITY IMAP4rev1", "ALERT".
  std::string_view text;           // Behind the status, with the code.
};
// `line`: without its line end.
[[nodiscard]] StatusLine status_line(std::string_view line);

// Iterates over the responses of a reply: each with its literals, without its line end. Stops at
// one that is not complete. The octets that rest() returns are those after the last one.
class Responses {
 public:
  explicit Responses(std::string_view reply) : rest_(reply) {}
  [[nodiscard]] bool next(std::string_view& response);
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

// Iterates over the lines of a reply for showing it. Of a status the text, else the whole line; cut
// at kLineOctetsMax.
class ReplyLines {
 public:
  explicit ReplyLines(std::string_view reply) : rest_(reply) {}
  [[nodiscard]] bool next(std::string_view& text);

 private:
  std::string_view rest_;
};

}  // namespace mxsweep::imap
