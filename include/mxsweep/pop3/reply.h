// SPDX-License-Identifier: MIT
// Reads POP3 replies from a byte stream. Pure: no I/O, no clock, no allocation.
//
//   Source    RFC 1939 section 3; RFC 2449 sections 4 (512 octets a line), 8 (response codes).
//   Shape     as imap/reply.h. A reply is one line, "+OK" or "-ERR"; a multi-line one goes on after
//             "+OK" until a line of one dot. Other lines that begin with a dot have another before
//             it, which ReplyLines removes.
//   Lines     end in LF; without a CR before it: bare_lf. Over kLineOctetsStandard: long_line. Over
//             kLineOctetsMax: line_cut, because a record does not have the rest.
//   Units     octets, line ends included.
//   Lifetime  what the helpers return views the octets passed in.
//   Errors    malformed: the octets are not POP3. too_long: a limit below was exceeded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mxsweep/core/anomaly.h"
#include "mxsweep/core/dialogue.h"

namespace mxsweep::pop3 {

inline constexpr std::size_t kReplyOctetsMax = 64 * 1024;
inline constexpr std::size_t kReplyLinesMax = 512;
inline constexpr std::size_t kLineOctetsMax = 4 * 1024;
inline constexpr std::size_t kLineOctetsStandard = 512;

// challenge: "+", to which a client that authenticates responds (RFC 5034 section 4).
enum class Status : std::uint8_t { none, ok, err, challenge };

// As sent: "+OK", "-ERR", "+"; empty for none.
[[nodiscard]] std::string_view to_string(Status status);

// What the reply may be, and how much it may have.
struct Awaited {
  bool multi_line = false;  // The command has a multi-line reply when it succeeds.
  bool challenge = false;   // The command is AUTH: a challenge is a reply.
  std::uint32_t octets_max = kReplyOctetsMax;
  std::uint16_t lines_max = kReplyLinesMax;
};

class ReplyReader {
 public:
  // Call again with the same reply, grown, while the status is need_more; any other is final.
  [[nodiscard]] ReplyStatus read(std::string_view input, const Awaited& awaited);
  [[nodiscard]] ReplyStatus read(std::string_view input, bool multi_line) {
    return read(input, Awaited{.multi_line = multi_line});
  }

  // complete: the end of the reply. malformed: the offending octet. too_long: where the limit was
  // reached. need_more: the start of the unfinished line.
  [[nodiscard]] std::size_t reached() const { return reached_; }
  [[nodiscard]] Status status() const { return status_; }  // Meaningful when complete.
  [[nodiscard]] AnomalySet anomalies() const { return anomalies_; }

 private:
  [[nodiscard]] bool take_line(std::string_view line, const Awaited& awaited);

  std::uint32_t reached_ = 0;
  std::uint32_t searched_ = 0;  // There is no line end from reached_ up to here.
  AnomalySet anomalies_;
  std::uint16_t lines_ = 0;
  Status status_ = Status::none;
};
static_assert(sizeof(ReplyReader) <= 24, "every conversation in flight holds one");

// The status of a line, and the text behind it.
struct StatusLine {
  Status status = Status::none;    // none: not the first line of a reply.
  std::string_view response_code;  // Between the brackets: "SYS/TEMP".
  std::string_view text;           // Behind the status, with the code.
};
// `line`: without its line end.
[[nodiscard]] StatusLine status_line(std::string_view line);

// Iterates over the lines of a reply: of the first the text behind the status, of the others the
// content, without stuffed dots, and not the line that ends the reply. Each is cut at
// kLineOctetsMax.
class ReplyLines {
 public:
  explicit ReplyLines(std::string_view reply) : rest_(reply) {}
  [[nodiscard]] bool next(std::string_view& text);

 private:
  std::string_view rest_;
  bool first_ = true;
};

}  // namespace mxsweep::pop3
