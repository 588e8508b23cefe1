// SPDX-License-Identifier: MIT
// Structured values of headers without their comments. Pure.
//
//   Source   RFC 5322 section 3.2.2 (comments nest, and have quoted pairs) and 3.2.4.
//   Errors   none: a comment or a quoted string that does not end extends to the end.
#pragma once

#include <string>
#include <string_view>

namespace mxsweep::message {

// Each comment and each run of white space is one blank; quoted strings are as they were.
[[nodiscard]] std::string without_comments(std::string_view value);

// Where the first `separator` outside quoted strings is; npos: nowhere. `value`: of the above.
[[nodiscard]] std::size_t find_unquoted(std::string_view value, char separator);

// The contents of a quoted string; any other text as it is.
[[nodiscard]] std::string unquoted(std::string_view text);

// Calls `take` with each part between separators outside quoted strings.
template <typename Take>
void for_each_unquoted(std::string_view value, char separator, Take take) {
  for (;;) {
    const std::size_t end = find_unquoted(value, separator);
    take(value.substr(0, end));
    if (end == std::string_view::npos) return;
    value.remove_prefix(end + 1);
  }
}

}  // namespace mxsweep::message
