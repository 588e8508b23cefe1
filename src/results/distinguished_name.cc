// SPDX-License-Identifier: MIT
#include "results/distinguished_name.h"

#include <algorithm>
#include <optional>

namespace mxsweep::results {
namespace {

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

// Appends the octet that begins with a backslash at the front of `text`, and takes it away.
void take_escaped(std::string_view& text, std::string& out) {
  text.remove_prefix(1);
  if (text.empty()) return;
  const std::optional<unsigned> high = hex_digit(text[0]);
  const std::optional<unsigned> low =
      text.size() > 1 ? hex_digit(text[1]) : std::optional<unsigned>();
  if (high && low) {
    out += static_cast<char>(*high << 4U | *low);
    text.remove_prefix(2);
  } else {
    out += text[0];
    text.remove_prefix(1);
  }
}

// Takes one part and the ',' or '+' behind it.
NamePart take_part(std::string_view& text) {
  NamePart part;
  const std::size_t equals = std::min(text.find_first_of("=,+"), text.size());
  part.type = text.substr(0, equals);
  text.remove_prefix(equals);
  if (text.empty() || text.front() != '=') part.type.clear();
  if (!text.empty() && text.front() == '=') text.remove_prefix(1);
  while (!text.empty() && text.front() != ',' && text.front() != '+') {
    if (text.front() == '\\') {
      take_escaped(text, part.value);
    } else {
      part.value += text.front();
      text.remove_prefix(1);
    }
  }
  if (!text.empty()) text.remove_prefix(1);
  return part;
}

}  // namespace

std::vector<NamePart> split_name(std::string_view text) {
  std::vector<NamePart> parts;
  while (!text.empty()) {
    NamePart part = take_part(text);
    if (!part.type.empty()) parts.push_back(std::move(part));
  }
  std::reverse(parts.begin(), parts.end());
  return parts;
}

}  // namespace mxsweep::results
