// SPDX-License-Identifier: MIT
// Checks beside simdjson: the raw text of a value, validated at every depth, and the line of a
// syntax error. Pure.
//
//   Source    RFC 8259.
//   Lifetime  returned views are of the parsed text.
//   Errors    an empty optional: the value is not valid JSON.
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mxsweep::json {

inline constexpr unsigned kDepthMax = 256;  // Nesting of arrays and objects; deeper is an error.

// The octets of a value, if it is well-formed at every depth.
[[nodiscard]] std::optional<std::string_view> raw_value(simdjson::ondemand::document& document,
                                                        simdjson::ondemand::value value);

// Whether the text of a JSON value is that of an integer, of any size.
[[nodiscard]] bool is_integer(std::string_view json);

// The line, counted from 1, at which parsing `text` fails. 0: it does not fail, or the line is
// unknown.
[[nodiscard]] std::size_t line_of_error(std::string_view text);

// Parses a whole text into `root`, whose octets the parser holds. Returns what is wrong: "not JSON,
// line 3: …"; empty: nothing is. Throws std::bad_alloc if memory is short, which simdjson reports
// as if it were a mistake of the text.
[[nodiscard]] std::string mistake_in(std::string_view text, simdjson::dom::parser& parser,
                                     simdjson::dom::element& root);

}  // namespace mxsweep::json
