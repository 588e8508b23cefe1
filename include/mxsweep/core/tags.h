// SPDX-License-Identifier: MIT
// Cuts a record into its tags: "v=DMARC1; p=reject". Pure.
//
//   Source    RFC 6376 section 3.2 (tag-list), which DMARC and TLS-RPT share.
//   Lifetime  results view the record.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace mxsweep {

struct Tag {
  std::string_view name;   // Without the white space around it, like the value.
  std::string_view value;  // Empty if there is none.
  bool has_value = false;  // There is a "=".
};

// Real records have ten; further ones are not looked at.
inline constexpr std::size_t kTagsMax = 64;

// Without empty parts.
[[nodiscard]] std::vector<Tag> tags_of(std::string_view record);

// White space includes CR and LF, of which the folds of a DKIM key consist.
[[nodiscard]] std::string_view trimmed(std::string_view text);

[[nodiscard]] bool same_word(std::string_view a, std::string_view b);  // In any case of letters.

// Calls `take` with each part of `list` between separators, trimmed.
template <typename Take>
void for_each_part(std::string_view list, char separator, Take take) {
  for (;;) {
    const std::size_t end = list.find(separator);
    take(trimmed(list.substr(0, end)));
    if (end == list.npos) return;
    list.remove_prefix(end + 1);
  }
}

}  // namespace mxsweep
