// SPDX-License-Identifier: MIT
#include "mxsweep/imap/capabilities.h"

#include <algorithm>

#include "mxsweep/core/capability.h"

namespace mxsweep::imap {
namespace {

std::string_view take_word(std::string_view& words) {
  words.remove_prefix(std::min(words.find_first_not_of(' '), words.size()));
  const std::string_view word = words.substr(0, words.find(' '));
  words.remove_prefix(word.size());
  return word;
}

// The words behind CAPABILITY; empty: this response lists none.
std::string_view words_of(std::string_view response) {
  const StatusLine line = status_line(response);
  std::string_view words = line.response_code;
  if (line.status == Status::none && response.starts_with("* ")) words = response.substr(2);
  return same_keyword(take_word(words), "CAPABILITY") ? words : std::string_view();
}

}  // namespace

bool Capabilities::next(Capability& capability) {
  while (true) {
    const std::string_view word = take_word(words_);
    if (!word.empty()) {
      // From the second octet on, so that a word that begins with "=" still has a keyword.
      const std::size_t equals = std::min(word.find('=', 1), word.size());
      capability.keyword = word.substr(0, equals);
      capability.parameters = word.substr(std::min(equals + 1, word.size()));
      return true;
    }
    std::string_view response;
    if (!responses_.next(response)) return false;
    words_ = words_of(response);
  }
}

bool lists_capabilities(std::string_view reply) {
  Capability first;
  return Capabilities(reply).next(first);
}

bool offers(std::string_view reply, std::string_view keyword) {
  Capabilities capabilities(reply);
  for (Capability capability; capabilities.next(capability);) {
    if (same_keyword(capability.keyword, keyword)) return true;
  }
  return false;
}

}  // namespace mxsweep::imap
