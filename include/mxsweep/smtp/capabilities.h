// SPDX-License-Identifier: MIT
// The service extensions that a server lists in its reply to EHLO.
//
//   Source    RFC 5321 section 4.1.1.1 (ehlo-ok-rsp); RFC 4954 (AUTH). "AUTH=" is the spelling of
//             an old draft, still in use, and is a keyword of its own, different from AUTH.
//   Shape     The first line is the server's name, never a keyword: a host called starttls.test
//             offers nothing. Keywords are whole words, compared without regard to case, and are
//             returned in the server's order.
//   Lifetime  Everything returned views the reply that was passed in.
//   Errors    none. The first word of any line is returned as a keyword, even if the line has no
//             reply code. Lines without a word are skipped.
#pragma once

#include <string_view>

#include "mxsweep/core/capability.h"
#include "mxsweep/smtp/reply.h"

namespace mxsweep::smtp {

// A keyword ends before the first SP or HT, or with the first "=": that of "AUTH=LOGIN" is "AUTH=".
// Blanks between keyword and parameters belong to neither.
using mxsweep::Capability;
using mxsweep::same_keyword;

class Capabilities {
 public:
  // `reply`: the octets of a complete 250 reply to EHLO.
  explicit Capabilities(std::string_view reply);
  // The first word of the first line, after an enhanced code if there is one. Empty if there is no
  // such word, or if it is "Ok", as in a reply to any command: the server may not have understood
  // EHLO.
  [[nodiscard]] std::string_view host() const { return host_; }
  // The next line's keyword; false when there are no more.
  [[nodiscard]] bool next(Capability& capability);

 private:
  ReplyLines lines_;
  std::string_view host_;
};

// Of one line of the list, without its code; false: it has none.
[[nodiscard]] bool read_capability(std::string_view line, Capability& capability);

[[nodiscard]] bool offers(std::string_view ehlo_reply, std::string_view keyword);
// Whether a keyword looks like XXXXXXXA: some middleboxes hide a keyword but cannot shorten the
// reply, so they overwrite it with X. At least four octets, capital letters only; no registered
// keyword has this form.
[[nodiscard]] bool has_masked_keyword(std::string_view ehlo_reply);

}  // namespace mxsweep::smtp
