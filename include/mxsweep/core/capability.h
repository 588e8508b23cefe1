// SPDX-License-Identifier: MIT
// One capability of a server, as the reply to EHLO, CAPABILITY or CAPA lists it.
//
//   Lifetime  views the reply.
#pragma once

#include <algorithm>
#include <string_view>

#include "mxsweep/core/ascii.h"

namespace mxsweep {

struct Capability {
  std::string_view keyword;     // As sent: "STARTTLS", "size", "AUTH".
  std::string_view parameters;  // "10240000", "PLAIN LOGIN". May be empty.
};

// Compares without regard to the case of ASCII letters.
[[nodiscard]] constexpr bool same_keyword(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char left, char right) { return lower(left) == lower(right); });
}

}  // namespace mxsweep
