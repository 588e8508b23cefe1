// SPDX-License-Identifier: MIT
// Reads the parts of a request that a stranger writes: target, query and form. Pure.
//
//   Source   RFC 3986 sections 2.1 and 3.3; the URL standard's application/x-www-form-urlencoded.
//   Errors   nothing: it is malformed, and the answer is 400. A decoded path with an empty segment,
//            "." or "..", a slash or a NUL or control octet inside a segment, or invalid UTF-8 is
//            malformed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mxsweep::serve {

inline constexpr std::size_t kTargetOctetsMax = 4096;
inline constexpr std::size_t kSegmentsMax = 8;
inline constexpr std::size_t kMembersMax = 32;

[[nodiscard]] std::optional<std::vector<std::string>> read_path(std::string_view path);
// "a=1&b=2", of a query or a form.
[[nodiscard]] std::optional<std::vector<std::pair<std::string, std::string>>> read_members(
    std::string_view text);
// The host of a Host header, in lower case: "[::1]:8025" is "::1".
[[nodiscard]] std::optional<std::string> read_host(std::string_view value);

}  // namespace mxsweep::serve
