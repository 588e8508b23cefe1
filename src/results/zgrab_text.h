// SPDX-License-Identifier: MIT
// Texts of a peer as zgrab2 writes them.
#pragma once

#include <string>
#include <string_view>

#include "mxsweep/results/json_text.h"

namespace mxsweep::results {

// `octets` as UTF-8: each octet that is not part of a character becomes U+FFFD.
[[nodiscard]] std::string replaced(std::string_view octets);

// Quoted.
inline void write_replaced(std::string_view octets, JsonText& json) {
  const Encoding encoding = encoding_of(octets);
  if (encoding != Encoding::latin1) return json.quoted(octets, encoding);
  json.quoted(replaced(octets), Encoding::utf8);
}

}  // namespace mxsweep::results
