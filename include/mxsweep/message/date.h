// SPDX-License-Identifier: MIT
// Dates as mail has them: "Fri, 27 Nov 2026 09:40:00 +0000". Pure.
//
//   Source   RFC 5322 sections 3.3 and 4.3 (years of two digits and zones by name, which are
//            obsolete, are read too).
//   Units    seconds; from 1970 to 9999.
//   Errors   nothing if it is no date, or one without a zone. The day of the week is not compared
//            with the date.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace mxsweep::message {

[[nodiscard]] std::string write_date(std::chrono::sys_seconds time);  // In UTC.
// Comments and white space are as in a header.
[[nodiscard]] std::optional<std::chrono::sys_seconds> read_date(std::string_view text);

}  // namespace mxsweep::message
