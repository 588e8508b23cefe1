// SPDX-License-Identifier: MIT
#include "mxsweep/smtp/command.h"

#include <algorithm>

#include "mxsweep/core/ascii.h"

namespace mxsweep::smtp {
namespace {

constexpr std::size_t kDomainOctetsMax = 255;  // RFC 5321 section 4.5.3.1.2.
constexpr std::size_t kLabelOctetsMax = 63;    // RFC 1035 section 2.3.4.

bool is_address_literal(std::string_view name) {
  if (name.size() < 4 || name.front() != '[' || name.back() != ']') return false;
  for (const char c : name.substr(1, name.size() - 2)) {
    if (!is_alphanumeric(c) && c != '.' && c != ':') return false;
  }
  return true;
}

}  // namespace

std::optional<std::string> check_helo_name(std::string_view name) {
  if (is_address_literal(name)) return std::nullopt;
  if (name.empty() || name.size() > kDomainOctetsMax) return "it must be 1 to 255 octets long";
  std::size_t labels = 0;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    const std::string_view label = name.substr(begin, end - begin);
    if (label.empty() || label.size() > kLabelOctetsMax) return "a label is empty or too long";
    if (label.front() == '-' || label.back() == '-') return "a label begins or ends with a hyphen";
    for (const char c : label) {
      if (!is_alphanumeric(c) && c != '-')
        return "only letters, digits, hyphens and dots are allowed";
    }
    ++labels;
    begin = end + 1;
  }
  if (labels < 2) return "it is not fully qualified (no dot)";
  return std::nullopt;
}

}  // namespace mxsweep::smtp
