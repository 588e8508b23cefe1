// SPDX-License-Identifier: MIT
// A message as it goes over the line behind DATA: dot-stuffed, with the final dot. Pure.
//
//   Source   RFC 5321 sections 4.5.2 (transparency), 2.3.8 and 4.1.1.4 (line ends), 4.5.3.1.6
//            (the length of a line).
//   Shape    lines of the message end in CRLF or LF, those of the result in CRLF.
//   Errors   what a server could take for the end of the message or refuse: a CR that is not part
//            of a line end, NUL, and a line that is too long.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "mxsweep/core/status.h"

namespace mxsweep::message {

inline constexpr std::size_t kMailLineOctetsMax = 998;  // Without its end.

[[nodiscard]] Result<std::string> mail_data(std::string_view message);

}  // namespace mxsweep::message
