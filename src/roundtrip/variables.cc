// SPDX-License-Identifier: MIT
#include "mxsweep/roundtrip/variables.h"

#include <algorithm>

namespace mxsweep::roundtrip {

void Variables::set(std::string_view name, std::string value) {
  const auto control = std::ranges::find_if(
      value, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
  value.erase(control, value.end());
  const auto known = std::ranges::find(values_, name, &std::pair<std::string, std::string>::first);
  if (known != values_.end()) {
    known->second = std::move(value);
  } else {
    values_.emplace_back(name, std::move(value));
  }
}

std::string_view Variables::get(std::string_view name) const {
  const auto known = std::ranges::find(values_, name, &std::pair<std::string, std::string>::first);
  return known == values_.end() ? std::string_view() : known->second;
}

std::string Variables::expand(std::string_view text) const {
  constexpr std::string_view kBegin = "${";
  std::string expanded;
  for (std::size_t at = text.find(kBegin); at != text.npos; at = text.find(kBegin)) {
    const std::size_t end = text.find('}', at);
    if (end == text.npos) break;
    expanded += text.substr(0, at);
    expanded += get(text.substr(at + kBegin.size(), end - at - kBegin.size()));
    text.remove_prefix(end + 1);
  }
  return expanded.append(text);
}

}  // namespace mxsweep::roundtrip
