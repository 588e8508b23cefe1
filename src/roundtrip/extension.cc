// SPDX-License-Identifier: MIT
#include "mxsweep/roundtrip/extension.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/tags.h"
#include "mxsweep/smtp/capabilities.h"

namespace mxsweep::roundtrip {
namespace {

struct Want {
  std::string_view keyword{};
  std::string_view parameter{};
  std::string_view least{};  // Digits.
};

Want split(std::string_view text) {
  constexpr std::string_view kAtLeast = ">=";
  if (const std::size_t at = text.find(kAtLeast); at != text.npos) {
    return {.keyword = text.substr(0, at), .least = text.substr(at + kAtLeast.size())};
  }
  const std::size_t blank = std::min(text.find(' '), text.size());
  return {.keyword = text.substr(0, blank),
          .parameter = text.substr(std::min(blank + 1, text.size()))};
}

std::optional<std::uint64_t> read_number(std::string_view digits) {
  std::uint64_t number = 0;
  const char* const end = digits.data() + digits.size();
  if (digits.empty() || !std::ranges::all_of(digits, is_digit)) return std::nullopt;
  const auto [reached, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc{} || reached != end) return std::nullopt;
  return number;
}

bool is_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
  });
}

bool has_parameter(std::string_view parameters, std::string_view wanted) {
  bool found = false;
  for_each_part(parameters, ' ', [&](std::string_view each) { found |= same_word(each, wanted); });
  return found;
}

}  // namespace

Status check_extension(std::string_view text) {
  const Want want = split(text);
  const bool with_number = text.find(">=") != text.npos;
  const bool with_parameter = text.find(' ') != text.npos;
  if (is_word(want.keyword) && (!with_number || read_number(want.least)) &&
      (!with_parameter || is_word(want.parameter))) {
    return {};
  }
  return Status::unusable(
      "not an extension: write \"STARTTLS\", \"AUTH PLAIN\" or \"SIZE>=10485760\"");
}

bool is_offered(std::string_view text, std::string_view ehlo_reply) {
  const Want want = split(text);
  smtp::Capabilities capabilities(ehlo_reply);
  for (smtp::Capability each; capabilities.next(each);) {
    if (!same_word(each.keyword, want.keyword)) continue;
    if (!want.parameter.empty()) {
      if (has_parameter(each.parameters, want.parameter)) return true;
      continue;
    }
    if (want.least.empty()) return true;
    const std::optional<std::uint64_t> number = read_number(trimmed(each.parameters));
    const bool unlimited = trimmed(each.parameters).empty() || number == 0;
    if (unlimited || (number && *number >= read_number(want.least))) return true;
  }
  return false;
}

}  // namespace mxsweep::roundtrip
