// SPDX-License-Identifier: MIT
// Base64, as PEM and JSON hold octets.
//
//   Source    RFC 4648 section 4, with padding.
#pragma once

#include <cstddef>
#include <string_view>

namespace mxsweep::results {

constexpr std::size_t base64_size(std::size_t octets) { return (octets + 2) / 3 * 4; }

// Writes base64_size(octets.size()) characters at `out` and returns their end.
char* write_base64(std::string_view octets, char* out);

}  // namespace mxsweep::results
