// SPDX-License-Identifier: MIT
#include "mxsweep/smtp/capabilities.h"

#include <algorithm>

namespace mxsweep::smtp {
namespace {

bool is_blank(char octet) { return octet == ' ' || octet == '\t'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool is_masked(std::string_view keyword) {
  constexpr std::size_t kMaskOctetsMin = 4;
  if (keyword.size() < kMaskOctetsMin) return false;
  if (keyword.ends_with('A')) keyword.remove_suffix(1);
  return keyword.find_first_not_of('X') == keyword.npos;
}

// Removes the first word from `words` and returns it.
std::string_view next_word(std::string_view& words) {
  words = trimmed(words);
  const std::string_view word(words.begin(), std::find_if(words.begin(), words.end(), is_blank));
  words.remove_prefix(word.size());
  return word;
}

// An enhanced code of success such as "2.0.0" (RFC 3463).
bool is_enhanced_code(std::string_view word) {
  return word.starts_with("2.") && word.find_first_not_of("0123456789.") == word.npos &&
         std::count(word.begin(), word.end(), '.') == 2;
}

}  // namespace

Capabilities::Capabilities(std::string_view reply) : lines_(reply) {
  std::string_view words;
  if (!lines_.next(words)) return;
  host_ = next_word(words);
  if (is_enhanced_code(host_)) host_ = next_word(words);
  const std::string_view letters = host_.substr(0, host_.find_last_not_of(".,;:!") + 1);
  if (same_keyword(letters, "ok") || same_keyword(letters, "okay")) host_ = {};
}

bool read_capability(std::string_view line, Capability& capability) {
  const std::string_view words = trimmed(line);
  if (words.empty()) return false;
  // Search from the second octet on, so that a line that begins with "=" still has a keyword.
  const auto end = std::find_if(words.begin() + 1, words.end(),
                                [](char octet) { return is_blank(octet) || octet == '='; });
  const auto behind = end != words.end() && *end == '=' ? end + 1 : end;
  capability.keyword = {words.begin(), behind};
  capability.parameters = trimmed({behind, words.end()});
  return true;
}

bool Capabilities::next(Capability& capability) {
  for (std::string_view line; lines_.next(line);) {
    if (read_capability(line, capability)) return true;
  }
  return false;
}

bool offers(std::string_view ehlo_reply, std::string_view keyword) {
  Capabilities capabilities(ehlo_reply);
  for (Capability capability; capabilities.next(capability);) {
    if (same_keyword(capability.keyword, keyword)) return true;
  }
  return false;
}

bool has_masked_keyword(std::string_view ehlo_reply) {
  Capabilities capabilities(ehlo_reply);
  for (Capability capability; capabilities.next(capability);) {
    if (is_masked(capability.keyword)) return true;
  }
  return false;
}

}  // namespace mxsweep::smtp
