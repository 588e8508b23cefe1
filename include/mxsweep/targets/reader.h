// SPDX-License-Identifier: MIT
// Reads a list of targets as a stream. Pure: octets in, targets and bad lines out.
//
//   Shape     One target a line; blank lines and lines that start with "#" are skipped; CRLF and a
//             UTF-8 byte order mark are tolerated; the last line needs no line end:
//               192.0.2.10          192.0.2.10:587        192.0.2.10,587      [2001:db8::5]:25
//               2001:db8::5         mx1.example.net       mx1.example.net:587
//               192.0.2.0/28        2001:db8::/126        192.0.2.10,mx1.example.net
//               {"target":"192.0.2.10","port":465,"tls":"implicit","name":"…","meta":…}
//               192.0.2.8-192.0.2.20            smtp://mx1.example.net:587    smtps://192.0.2.10
//               192.0.2.10,mx1.example.net,TAG,587     1,example.net    "192.0.2.10","587"
//               user@example.net (of mail domains)     open tcp 25 192.0.2.10 1700000000
//               {"saddr":...,"sport":...}   {"ip":...,"ports":[{"port":...}]} {"v":1,"target":...}
//               {"name":...,"results":{...}}
//             The last rows have the JSON of zmap, of masscan, a record of ours, and the output of
//             ZDNS, of which the name counts: a record stands for its own address, port and name,
//             and keeps its meta. A first line that names fields ("ip", "rank,domain") is a header
//             row: it is skipped and defines the fields of the lines below it, where the host's
//             field is the target's text. "[", "]" and "," alone on a line are skipped too, and so
//             is a comma after an object.
//             An address that no remote host can have is a bad line; in a prefix or range such
//             addresses are left out. An IPv4-mapped IPv6 address becomes the IPv4 address.
//             Blanks around a line are ignored; "#" after a blank starts a comment (not in JSON).
//             "[2001:db8::]/126:587" is a prefix with a port; host bits set in a prefix are
//             ignored. A line without a port of its own yields one target for each default port.
//             Prefixes are expanded lazily, lowest address first, each address included.
//   Units     octets; lines are counted from 1.
//   Memory    one line and one prefix: a hundred million lines need no more than ten.
//   Lifetime  the views of a BadLine are valid until the next call.
//   Errors    a line that cannot be read is returned as a BadLine with its number and cause;
//             reading continues after it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/outcome.h"
#include "mxsweep/targets/expansion.h"
#include "mxsweep/targets/foreign_format.h"
#include "mxsweep/targets/target.h"

namespace mxsweep::targets {

// Without the LF; CR and meta included. Far more than any real line has.
inline constexpr std::size_t kLineOctetsMax = 32 * 1024;
inline constexpr std::size_t kBadLineOctetsKept = 256;  // Of a bad line, for its record.

struct BadLine {
  std::uint64_t line = 0;
  std::uint64_t number = 0;  // As in Target; both are set by what puts the lists in order.
  std::uint16_t list = 0;
  Cause cause = Cause::input_syntax;
  std::string_view text;  // The line without blanks and comment, cut at kBadLineOctetsKept.
  // The rest is of a JSON line:
  std::string_view key{};   // The key at fault, cut as `text` is; empty: no single key is.
  std::string_view why{};   // A few words, if the cause alone is not specific; may be empty.
  std::string_view meta{};  // Uncut, if it can be read.
};

// All of a bad line except its number, for a message: "input.json: port: not an integer: {...}".
[[nodiscard]] std::string complaint(const BadLine& bad);

struct ListStyle {
  bool mail_domains = false;  // A mail address stands for its domain; if false, it is a bad line.
  bool header_row = true;     // The first line may be a header row; false for a single target.
};

class Reader {
 public:
  // Requires: at least one port.
  explicit Reader(std::vector<std::uint16_t> default_ports, ListStyle style = {});
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;
  ~Reader();

  // not_a_list: the first line shows that the input is in a foreign_format(); no line is read.
  enum class Next : std::uint8_t { target, bad_line, need_more, end, not_a_list };

  // Passes in the next octets of the list. `octets` must stay valid and unchanged until next()
  // returns need_more again. Requires: next() has returned need_more, or this is the first call.
  void feed(std::string_view octets);
  void finish();  // Marks the end of the list: octets without a line end are its last line.
  [[nodiscard]] Next next(Target& target, BadLine& bad);
  // The same, but all targets of a line at once: the first one, and in `all` each of them.
  // Requires: next() has not left targets of a line.
  [[nodiscard]] Next next_line(Target& target, Expansion& all, BadLine& bad);
  // Drops the other targets (ports and addresses) of the last target's line.
  void skip_rest_of_line();
  // How many targets that would drop, at most; 2^64 - 1 stands for that many or more.
  [[nodiscard]] std::uint64_t rest_of_line() const;

  [[nodiscard]] const ForeignFormat* foreign_format() const;  // Set after not_a_list; else null.

  [[nodiscard]] std::uint64_t lines_read() const;     // So far, skipped lines included.
  [[nodiscard]] std::uint64_t lines_skipped() const;  // Blank, comments, header, "[", "]" and ",".

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mxsweep::targets
