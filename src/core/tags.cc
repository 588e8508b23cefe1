// SPDX-License-Identifier: MIT
#include "mxsweep/core/tags.h"

#include <algorithm>

#include "mxsweep/core/ascii.h"

namespace mxsweep {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kWhite = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kWhite);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kWhite) - begin + 1);
}

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::vector<Tag> tags_of(std::string_view record) {
  std::vector<Tag> tags;
  tags.reserve(8);
  for_each_part(record, ';', [&](std::string_view part) {
    if (part.empty() || tags.size() == kTagsMax) return;
    const std::size_t equals = part.find('=');
    if (equals == part.npos) {
      tags.push_back({part, {}, false});
    } else {
      tags.push_back({trimmed(part.substr(0, equals)), trimmed(part.substr(equals + 1)), true});
    }
  });
  return tags;
}

}  // namespace mxsweep
