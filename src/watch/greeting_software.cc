// SPDX-License-Identifier: MIT
#include "watch/greeting_software.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "mxsweep/core/ascii.h"
#include "mxsweep/smtp/capabilities.h"
#include "mxsweep/smtp/reply.h"

namespace mxsweep::watch {
namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kPunctuation = "()[]<>{},;:.*-_#";
// Shorter words with digits are versions and models: "4.80", "v3", "W32".
constexpr std::size_t kTokenOctetsLeast = 10;
constexpr std::ptrdiff_t kTokenDigitsLeast = 3;

std::string_view next_word(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
  const std::string_view word = rest.substr(0, rest.find_first_of(kBlanks));
  rest.remove_prefix(word.size());
  return word;
}

std::string_view without_punctuation(std::string_view word) {
  while (!word.empty() && kPunctuation.find(word.front()) != word.npos) word.remove_prefix(1);
  while (!word.empty() && kPunctuation.find(word.back()) != word.npos) word.remove_suffix(1);
  return word;
}

bool is_any_of(std::string_view word, std::span<const std::string_view> words) {
  return std::ranges::any_of(words,
                             [&](std::string_view one) { return smtp::same_keyword(word, one); });
}

// "Thu", "Thursday"
bool is_weekday(std::string_view word) {
  static constexpr std::string_view kDays[] = {
      "Mon",    "Tue",     "Wed",       "Thu",      "Fri",    "Sat",      "Sun",
      "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
  return is_any_of(word, kDays);
}

// "10:02", "2026-11-26T10:02:10Z", "05/20/15", "2026-11-26": three numbers with two equal marks
// between them, or two with a colon.
bool is_date_or_time(std::string_view word) {
  if (word.size() < 4 || !is_digit(word.front())) return false;
  std::size_t at = 0;
  while (at < word.size() && is_digit(word[at])) ++at;
  if (at == word.size() || at > 4) return false;
  const char mark = word[at];
  if (mark != ':' && mark != '/' && mark != '-') return false;
  const std::size_t second = at + 1;
  for (at = second; at < word.size() && is_digit(word[at]);) ++at;
  const std::size_t digits = at - second;
  if (mark == ':') return digits == 2 && (at == word.size() || word[at] == ':');
  return digits >= 1 && digits <= 2 && at + 2 < word.size() && word[at] == mark &&
         is_digit(word[at + 1]) && is_digit(word[at + 2]);
}

// The number of a queue or session: "5b1f17b1804b1-47edc3a8si12", "08DE2C4F11A0B3C7".
bool is_token(std::string_view word) {
  if (word.size() < kTokenOctetsLeast || word.find_first_of("./") != word.npos) return false;
  return std::ranges::count_if(word, is_digit) >= kTokenDigitsLeast &&
         std::ranges::all_of(word, [](char octet) {
           return is_alphanumeric(octet) || octet == '-' || octet == '_' || octet == '=' ||
                  octet == '+';
         });
}

bool is_smtp(std::string_view word) {
  static constexpr std::string_view kWords[] = {"SMTP", "ESMTP", "LMTP"};
  return is_any_of(word, kWords);
}

// Words that are about the moment, when nothing follows them.
bool says_nothing(std::string_view word) {
  static constexpr std::string_view kWords[] = {"ready", "at", "on", "is", "", "with"};
  return is_any_of(without_punctuation(word), kWords);
}

class Words {
 public:
  void add(std::string_view word, bool is_noise) {
    const std::size_t blank = software_.size > 0 ? 1 : 0;
    if (software_.size + blank >= kSoftwareOctetsMax) return;
    if (blank > 0) software_.octets[software_.size++] = ' ';
    word = word.substr(0, kSoftwareOctetsMax - software_.size);
    std::memcpy(software_.octets.data() + software_.size, word.data(), word.size());
    software_.size += word.size();
    if (!is_noise) end_ = software_.size;
  }
  [[nodiscard]] Software finish() {
    software_.size = end_;
    const std::string_view text = software_.text();
    const std::size_t last = text.find_last_not_of(" ,;:");
    software_.size = last == text.npos ? 0 : last + 1;
    return software_;
  }

 private:
  Software software_;
  std::size_t end_ = 0;  // Of the last word that says something.
};

}  // namespace

Software software_of(std::string_view greeting) {
  Words words;
  smtp::ReplyLines lines(greeting);
  std::string_view rest;
  if (!lines.next(rest)) return words.finish();
  std::string_view word = next_word(rest);
  if (smtp::enhanced_code(greeting) && !word.empty() && is_digit(word.front())) {
    word = next_word(rest);
  }
  // The server's name has a dot, or stands before "ESMTP".
  std::string_view after = rest;
  const std::string_view second = without_punctuation(next_word(after));
  std::string_view host;
  if (!is_smtp(word) && (word.find('.') != word.npos || is_smtp(second))) {
    host = without_punctuation(word);
    word = next_word(rest);
  }
  for (; !word.empty(); word = next_word(rest)) {
    const std::string_view core = without_punctuation(word);
    if (is_weekday(core) || is_date_or_time(core)) break;
    if (is_token(core) || (!host.empty() && core == host)) continue;
    words.add(word, says_nothing(word));
  }
  return words.finish();
}

}  // namespace mxsweep::watch
