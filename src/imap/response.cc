// SPDX-License-Identifier: MIT
#include "mxsweep/imap/response.h"

#include <algorithm>
#include <charconv>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/capability.h"
#include "mxsweep/imap/reply.h"

namespace mxsweep::imap {
namespace {

// Reads the elements of a response from left to right. Once it has failed, all is empty.
class Elements {
 public:
  explicit Elements(std::string_view response) : rest_(response) {}

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] bool is_next(char c) const { return rest_.starts_with(c); }

  // Whether `c` came next; then it is taken.
  bool take(char c) {
    if (!is_next(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(char c) { failed_ |= !take(c); }

  // An atom, with what stands between the brackets of "BODY[HEADER.FIELDS (A B)]<0>".
  std::string_view atom() {
    std::size_t size = 0;
    bool bracketed = false;
    for (; size < rest_.size(); ++size) {
      const char c = rest_[size];
      if (c == '[') bracketed = true;
      if (c == ']') bracketed = false;
      if (c == '"' || (!bracketed && (c == ' ' || c == '(' || c == ')'))) break;
    }
    failed_ |= size == 0;
    return cut(size);
  }

  std::optional<std::uint32_t> number() {
    const std::string_view digits = cut(std::min(
        static_cast<std::size_t>(std::ranges::find_if_not(rest_, is_digit) - rest_.begin()),
        rest_.size()));
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    failed_ |= digits.empty() || error != std::errc{};
    return failed_ ? std::nullopt : std::optional(number);
  }

  // A quoted string, as it stands between its quotes, a literal, or an atom. NIL: nothing.
  std::optional<std::string_view> string() {
    if (is_next('"')) return quoted();
    if (is_next('{') || rest_.starts_with("~{")) return literal();
    const std::string_view word = atom();
    return same_keyword(word, "NIL") ? std::nullopt : std::optional(word);
  }

  // Any value: a string, or a list of values, however deep.
  void skip() {
    std::size_t depth = 0;
    do {
      if (take('(')) {
        ++depth;
      } else if (depth > 0 && take(')')) {
        --depth;
      } else if (!take(' ')) {
        static_cast<void>(string());
      }
    } while (depth > 0 && !failed_ && !at_end());
    failed_ |= depth > 0;
  }

 private:
  std::string_view cut(std::size_t size) {
    const std::string_view part = failed_ ? std::string_view() : rest_.substr(0, size);
    rest_.remove_prefix(part.size());
    return part;
  }

  std::string_view quoted() {
    rest_.remove_prefix(1);
    std::size_t size = 0;
    while (size < rest_.size() && rest_[size] != '"') size += rest_[size] == '\\' ? 2 : 1;
    failed_ |= size >= rest_.size();
    const std::string_view text = cut(size);
    expect('"');
    return text;
  }

  std::string_view literal() {
    take('~');
    expect('{');
    const std::optional<std::uint32_t> size = number();
    take('+');
    expect('}');
    take('\r');
    expect('\n');
    failed_ |= !size || *size > rest_.size();
    return failed_ ? std::string_view() : cut(*size);
  }

  std::string_view rest_;
  bool failed_ = false;
};

std::string without_escapes(std::string_view quoted) {
  std::string text;
  for (std::size_t i = 0; i < quoted.size(); ++i) {
    if (quoted[i] == '\\' && i + 1 < quoted.size()) ++i;
    text += quoted[i];
  }
  return text;
}

// What stands behind "* "; failed: the response is not an untagged one.
Elements untagged(std::string_view response) {
  Elements elements(response);
  elements.expect('*');
  elements.expect(' ');
  return elements;
}

void append_uid(std::vector<std::uint32_t>& uids, std::uint32_t uid) {
  if (uids.size() == kUidsMax) uids.erase(uids.begin());
  uids.push_back(uid);
}

// "2,10:15" in whatever order; of a long range only the end is written out.
void read_sequence(Elements& elements, std::vector<std::uint32_t>& uids) {
  do {
    const std::optional<std::uint32_t> first = elements.number();
    const std::optional<std::uint32_t> last = elements.take(':') ? elements.number() : first;
    if (!first || !last) return;
    const auto [low, high] = std::minmax(*first, *last);
    const std::uint32_t kept = std::min<std::uint32_t>(high - low, kUidsMax - 1);
    for (std::uint32_t back = kept + 1; back-- > 0;) append_uid(uids, high - back);
  } while (elements.take(','));
}

// Behind ESEARCH: "(TAG "a1") UID ALL 1,3:5", or without ALL if nothing was found.
void read_esearch(Elements& elements, std::vector<std::uint32_t>& uids) {
  while (elements.take(' ') && !elements.failed()) {
    if (elements.is_next('(')) {
      elements.skip();
    } else if (const std::string_view item = elements.atom(); same_keyword(item, "ALL")) {
      elements.expect(' ');
      read_sequence(elements, uids);
    } else if (!same_keyword(item, "UID")) {
      elements.expect(' ');
      elements.skip();
    }
  }
}

}  // namespace

std::optional<ListedMailbox> read_list(std::string_view response) {
  Elements elements = untagged(response);
  if (!same_keyword(elements.atom(), "LIST")) return std::nullopt;
  elements.expect(' ');
  elements.expect('(');
  ListedMailbox listed;
  while (!elements.failed() && !elements.take(')')) {
    listed.attributes.push_back(elements.atom());
    elements.take(' ');
  }
  elements.expect(' ');
  static_cast<void>(elements.string());  // The delimiter of the hierarchy.
  elements.expect(' ');
  const bool is_quoted = elements.is_next('"');
  const std::optional<std::string_view> name = elements.string();
  if (elements.failed() || !name) return std::nullopt;
  listed.name = is_quoted ? without_escapes(*name) : std::string(*name);
  return listed;
}

std::optional<std::uint32_t> read_exists(std::string_view response) {
  Elements elements = untagged(response);
  const std::optional<std::uint32_t> count = elements.number();
  elements.expect(' ');
  const bool is_exists = same_keyword(elements.atom(), "EXISTS") && !elements.failed();
  return is_exists ? count : std::nullopt;
}

std::optional<std::uint32_t> read_code_number(std::string_view response_code,
                                              std::string_view name) {
  Elements elements(response_code);
  if (!same_keyword(elements.atom(), name)) return std::nullopt;
  elements.expect(' ');
  return elements.number();
}

std::optional<std::vector<std::uint32_t>> read_search(std::string_view response) {
  Elements elements = untagged(response);
  const std::string_view word = elements.atom();
  std::vector<std::uint32_t> uids;
  if (same_keyword(word, "ESEARCH")) {
    read_esearch(elements, uids);
  } else if (same_keyword(word, "SEARCH")) {
    // Behind the numbers a server with CONDSTORE may write "(MODSEQ 9)".
    while (elements.take(' ') && !elements.at_end() && !elements.is_next('(')) {
      if (const std::optional<std::uint32_t> uid = elements.number()) append_uid(uids, *uid);
      if (elements.failed()) break;
    }
  } else {
    return std::nullopt;
  }
  return elements.failed() ? std::nullopt : std::optional(uids);
}

std::optional<FetchedMessage> read_fetch(std::string_view response) {
  Elements elements = untagged(response);
  static_cast<void>(elements.number());
  elements.expect(' ');
  if (!same_keyword(elements.atom(), "FETCH")) return std::nullopt;
  elements.expect(' ');
  elements.expect('(');
  FetchedMessage message;
  while (!elements.failed() && !elements.take(')')) {
    const std::string_view item = elements.atom();
    elements.expect(' ');
    if (same_keyword(item, "UID")) {
      message.uid = elements.number().value_or(0);
    } else if (same_keyword(item.substr(0, 5), "BODY[") && !message.body) {
      message.body = elements.string();
    } else {
      elements.skip();
    }
    elements.take(' ');
  }
  return elements.failed() ? std::nullopt : std::optional(message);
}

}  // namespace mxsweep::imap
