// SPDX-License-Identifier: MIT
// Values of JSON as they stand in a text, and where a text is not JSON.
//
//   Source    RFC 8259.
//   Lifetime  views into what is parsed.
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <optional>
#include <string_view>

namespace mxsweep::json {

inline constexpr unsigned kDepthMax = 256;  // Of arrays and objects in each other.

// The octets of a value that is well-formed in all its depth.
[[nodiscard]] std::optional<std::string_view> raw_value(simdjson::ondemand::document& document,
                                                        simdjson::ondemand::value value);

[[nodiscard]] bool is_integer(std::string_view json);

// The line, counted from 1, on which reading `text` fails. 0: that can't be said.
[[nodiscard]] std::size_t line_of_error(std::string_view text);

}  // namespace mxsweep::json
