// SPDX-License-Identifier: MIT
// The text of JSON values, and the place of an error in a JSON text.
//
//   Source    RFC 8259.
//   Lifetime  results view the parsed text.
//   Errors    nothing if a value is not valid JSON.
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <optional>
#include <string_view>

namespace mxsweep::json {

inline constexpr unsigned kDepthMax = 256;  // Of nested arrays and objects.

// The text of a value; nothing unless it is well-formed at every depth.
[[nodiscard]] std::optional<std::string_view> raw_value(simdjson::ondemand::document& document,
                                                        simdjson::ondemand::value value);

[[nodiscard]] bool is_integer(std::string_view json);

// The line, counted from 1, on which parsing `text` fails. 0: unknown.
[[nodiscard]] std::size_t line_of_error(std::string_view text);

}  // namespace mxsweep::json
