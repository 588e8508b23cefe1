// SPDX-License-Identifier: MIT
// A reply reduced to its words, so that phrases can be searched for as plain octets.
//
//   Shape     Lower case, with one blank for every run of characters that are neither letters nor
//             digits. It begins and ends with a blank. A name (a host name or an address) is
//             enclosed in dots and has dots between its parts, " .rate.limit.example. ", so that no
//             phrase of words matches inside it; the path of a URL counts as words. "<>", the empty
//             sender, becomes the word in kEmptyPath.
//             Left out, because they are not about us:
//               codes       and enhanced codes at the start of lines; they would also interrupt
//                           phrases that continue on the next line
//               its name    the server's name, if the reply begins with it
//               mailboxes   the local part of a mailbox belongs to a name
//               echoes      a command of ours in quotes or brackets, the name that we sent in EHLO
//                           together with the verb before it, our recipient's local part in quotes
//   Lifetime  the text belongs to the object.
//   Errors    none: every sequence of octets has words, or none.
#pragma once

#include <cstddef>
#include <string_view>

#include "mxsweep/verdict/sent_commands.h"

namespace mxsweep::verdict {

class Folded {
 public:
  explicit Folded(std::string_view reply, const SentCommands& sent = {});
  [[nodiscard]] std::string_view text() const { return {octets_, size_}; }

  // The rest is dropped. Servers give the reason first; the longest seen is under 700 octets.
  static constexpr std::size_t kOctetsMax = 2048;
  static constexpr std::string_view kEmptyPath = " emptypath ";

 private:
  void add_line(std::string_view line, bool first);
  void add_words(std::string_view words);
  void add_name(std::string_view name);
  void remove_verb();
  void add(char octet);

  std::string_view our_name_;       // These two are used by the constructor only.
  std::string_view our_recipient_;  // The local part.
  char octets_[kOctetsMax];
  std::size_t size_ = 0;
};

}  // namespace mxsweep::verdict
