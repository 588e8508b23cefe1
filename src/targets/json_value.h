// SPDX-License-Identifier: MIT
// Values of JSON as they stand in the line.
//
//   Source    RFC 8259.
//   Lifetime  views into what is parsed.
#pragma once

#include <simdjson.h>

#include <optional>
#include <string_view>

namespace mxsweep::targets {

// The octets of a value that is well-formed in all its depth.
[[nodiscard]] std::optional<std::string_view> raw_value(simdjson::ondemand::document& document,
                                                        simdjson::ondemand::value value);

[[nodiscard]] bool is_integer(std::string_view json);

}  // namespace mxsweep::targets
