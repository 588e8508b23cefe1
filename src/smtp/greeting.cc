// SPDX-License-Identifier: MIT
#include "mxsweep/smtp/greeting.h"

#include <algorithm>

#include "mxsweep/core/ascii.h"
#include "mxsweep/smtp/capabilities.h"

namespace mxsweep::smtp {
namespace {

bool may_be_in_host(char octet) {
  constexpr std::string_view kOthers = ".-_:[]";
  return is_alphanumeric(octet) || kOthers.find(octet) != kOthers.npos;
}

}  // namespace

std::string_view host_of_greeting(std::string_view first_line) {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t begin = std::min(first_line.find_first_not_of(kBlanks), first_line.size());
  const std::string_view rest = first_line.substr(begin);
  const std::string_view word = rest.substr(0, rest.find_first_of(kBlanks));
  if (same_keyword(word, "ESMTP") || !std::all_of(word.begin(), word.end(), may_be_in_host)) {
    return {};
  }
  return word;
}

}  // namespace mxsweep::smtp
