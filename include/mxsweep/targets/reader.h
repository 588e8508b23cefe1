// SPDX-License-Identifier: MIT
// A list of targets, read as a stream. Pure: octets in, targets and bad lines out.
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
//             The last row is zmap's, masscan's and our own records: a record leads to its own
//             address, port and name again, with its meta. A first line that names fields ("ip",
//             "rank,domain") is skipped and says which field is which; then the host's field is the
//             target's text. So are "[", "]" and "," alone on a line, and a comma behind an object.
//             An address that no remote host can have is a bad line; of a prefix or range such
//             addresses are left out. An IPv4-mapped IPv6 address is the IPv4 address.
//             Blanks around a line do not count; behind a blank, "#" starts a comment (not in
//             JSON). "[2001:db8::]/126:587" is a prefix with a port; host bits set in a prefix do
//             not count. A line without a port of its own yields one target for each default
//             port. Prefixes are expanded lazily, lowest address first, each address included.
//   Memory    one line and one prefix: a hundred million lines cost what ten do.
//   Lifetime  BadLine's views are good until the next call.
//   Errors    a line that can't be read is a value with its number and cause; it stops nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/outcome.h"
#include "mxsweep/targets/foreign_format.h"
#include "mxsweep/targets/target.h"

namespace mxsweep::targets {

// A CR and meta included, LF not; far beyond any honest line.
inline constexpr std::size_t kLineOctetsMax = 32 * 1024;
inline constexpr std::size_t kBadLineOctetsKept = 256;  // Of a bad line, for its record.

struct BadLine {
  std::uint64_t line = 0;
  Cause cause = Cause::input_syntax;
  std::string_view text;  // The line without blanks and comment, cut at kBadLineOctetsKept.
  // Of a JSON line:
  std::string_view key{};   // Which one is wrong, cut as `text` is; empty: none alone.
  std::string_view why{};   // A few words, where the cause says too little; may be empty.
  std::string_view meta{};  // Whole, if it can be read.
};

// "input.json: port: not an integer: {...}": all that a bad line says, but for its number.
[[nodiscard]] std::string complaint(const BadLine& bad);

struct ListStyle {
  bool mail_domains = false;  // A mail address stands for its domain; else it cannot be read.
  bool header_row = true;     // The first line may be one. Not where the list is one target.
};

class Reader {
 public:
  // Requires: at least one port.
  explicit Reader(std::vector<std::uint16_t> default_ports, ListStyle style = {});
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;
  ~Reader();

  // not_a_list: by its first line it is something else, foreign_format(); no line of it is read.
  enum class Next : std::uint8_t { target, bad_line, need_more, end, not_a_list };

  // Hands over the next octets of the list. Requires: next() said need_more (or nothing was read
  // yet). `octets` must stay where they are until next() says need_more again.
  void feed(std::string_view octets);
  void finish();  // There is no more: what is left over is the last line.
  [[nodiscard]] Next next(Target& target, BadLine& bad);
  // What else the last target's line stands for (other ports and addresses) is not wanted.
  void skip_rest_of_line();
  // How many more targets that would be, at most; 2^64 - 1 for that many or more.
  [[nodiscard]] std::uint64_t rest_of_line() const;

  [[nodiscard]] const ForeignFormat* foreign_format() const;  // Null: it is a list, so far.

  [[nodiscard]] std::uint64_t lines_read() const;     // So far, skipped ones included.
  [[nodiscard]] std::uint64_t lines_skipped() const;  // Blank, comments, header, "[" and "]".

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mxsweep::targets
