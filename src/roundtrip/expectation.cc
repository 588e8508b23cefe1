// SPDX-License-Identifier: MIT
#include "mxsweep/roundtrip/expectation.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/core/tags.h"
#include "mxsweep/roundtrip/pattern.h"

namespace mxsweep::roundtrip {
namespace {

bool is_class(char c) { return c >= '2' && c <= '5'; }

bool is_code(std::string_view word) {
  return word.size() == 3 && is_class(word[0]) && std::ranges::all_of(word, is_digit);
}

// At most three digits, without a zero in front.
std::optional<std::uint16_t> part_of_enhanced(std::string_view digits) {
  const bool plain = !digits.empty() && digits.size() <= 3 &&
                     std::ranges::all_of(digits, is_digit) &&
                     (digits.size() == 1 || digits.front() != '0');
  if (!plain) return std::nullopt;
  std::uint16_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

std::optional<smtp::EnhancedCode> read_enhanced(std::string_view word) {
  std::array<std::uint16_t, 3> parts{};
  std::size_t count = 0;
  bool wrong = false;
  for_each_part(word, '.', [&](std::string_view part) {
    const std::optional<std::uint16_t> number = part_of_enhanced(part);
    wrong |= !number || count == parts.size();
    if (!wrong) parts[count++] = *number;
  });
  const bool known_class = parts[0] == 2 || parts[0] == 4 || parts[0] == 5;
  if (wrong || count != parts.size() || !known_class) return std::nullopt;
  return smtp::EnhancedCode{static_cast<std::uint8_t>(parts[0]), parts[1], parts[2]};
}

std::string enhanced_word(const smtp::EnhancedCode& code) {
  return std::to_string(code.klass) + '.' + std::to_string(code.subject) + '.' +
         std::to_string(code.detail);
}

bool any_matches(const std::vector<std::string>& patterns, std::string_view text) {
  return std::ranges::any_of(patterns, [text](const std::string& pattern) {
    const Result<Pattern> compiled = Pattern::compile(pattern);
    INVARIANT(compiled.ok());
    return compiled->matches(text);
  });
}

}  // namespace

Status add_word(std::string_view word, Expectation& expectation) {
  if (is_code(word)) {
    std::uint16_t code = 0;
    std::from_chars(word.data(), word.data() + word.size(), code);
    expectation.codes.push_back(code);
    return {};
  }
  if (word.size() == 3 && is_class(word[0]) && same_word(word.substr(1), "xx")) {
    expectation.classes.push_back(static_cast<std::uint8_t>(word[0] - '0'));
    return {};
  }
  if (const std::optional<smtp::EnhancedCode> code = read_enhanced(word)) {
    expectation.enhanced.push_back(*code);
    return {};
  }
  const Result<Pattern> compiled = Pattern::compile(word);
  if (compiled.ok()) expectation.patterns.emplace_back(word);
  return compiled.status();
}

std::vector<std::string> words_of(const Expectation& expectation) {
  std::vector<std::string> words;
  for (const std::uint16_t code : expectation.codes) words.push_back(std::to_string(code));
  for (const std::uint8_t each : expectation.classes) words.push_back(std::to_string(each) + "xx");
  for (const smtp::EnhancedCode& code : expectation.enhanced) words.push_back(enhanced_word(code));
  words.insert(words.end(), expectation.patterns.begin(), expectation.patterns.end());
  return words;
}

std::string text_of(std::string_view reply) {
  std::string text;
  smtp::ReplyLines lines(reply);
  for (std::string_view line; lines.next(line);) {
    if (!text.empty()) text += '\n';
    text += line;
  }
  return text;
}

bool holds(const Expectation& expectation, int code, std::string_view reply) {
  const auto has = [](const auto& values, const auto& value) {
    return std::ranges::find(values, value) != values.end();
  };
  const bool any_code = expectation.codes.empty() && expectation.classes.empty();
  if (!any_code && !has(expectation.codes, code) && !has(expectation.classes, code / 100)) {
    return false;
  }
  if (!expectation.enhanced.empty() && !has(expectation.enhanced, smtp::enhanced_code(reply))) {
    return false;
  }
  return expectation.patterns.empty() || any_matches(expectation.patterns, text_of(reply));
}

}  // namespace mxsweep::roundtrip
