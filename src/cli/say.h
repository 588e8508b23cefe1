// SPDX-License-Identifier: MIT
// Writes to the standard streams of the program.
//
//   Shape     say() writes messages for a person to standard error. put() writes results to
//             standard output; call end_of_output() after the last.
//   Errors    say() has none: if the terminal was closed, a pipe is closed or full, or the disk is
//             full, the message is lost and nothing else. put() returns none either:
//             end_of_output() reports the first error.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "mxsweep/core/status.h"

namespace mxsweep::cli {

// Opens those of the three standard streams that are closed, so that no file or socket of ours gets
// their numbers. Reads and writes there still fail. Call it first.
void hold_standard_streams();

// Waits up to 10 s while the terminal or pipe accepts nothing.
void say_text(std::string_view text);
template <typename... Arguments>
void say(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  say_text(fmt::format(format, std::forward<Arguments>(arguments)...));
}
// Writes only what standard error accepts now: for messages that are repeated anyway.
void say_now(std::string_view text);

void put_text(std::string_view text);
template <typename... Arguments>
void put(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  put_text(fmt::format(format, std::forward<Arguments>(arguments)...));
}
void flush_output();
[[nodiscard]] bool output_failed();  // Further output would be lost.

// Flushes standard output; returns the first error of all that was printed.
Status end_of_output();

// "ECONNREFUSED"; "E999" for a number without a name.
[[nodiscard]] std::string errno_name(int error);

}  // namespace mxsweep::cli
