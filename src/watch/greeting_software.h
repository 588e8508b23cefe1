// SPDX-License-Identifier: MIT
// The software that a greeting names. Pure.
//
//   Shape    The first line of the greeting, without the server's own name, without the date, and
//            without words that look like the number of a queue or a session: what remains is the
//            same with each connection to a server.
//   Units    at most kSoftwareOctetsMax octets.
//   Errors   none: any octets have a result, which may be empty.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace mxsweep::watch {

inline constexpr std::size_t kSoftwareOctetsMax = 160;

// Text on the stack: this runs with each result.
struct Software {
  std::array<char, kSoftwareOctetsMax> octets;
  std::size_t size = 0;

  [[nodiscard]] std::string_view text() const { return {octets.data(), size}; }
};

// `greeting`: the reply as received, with its code.
[[nodiscard]] Software software_of(std::string_view greeting);

}  // namespace mxsweep::watch
