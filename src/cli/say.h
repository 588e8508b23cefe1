// SPDX-License-Identifier: MIT
// What the program writes to its standard streams.
//
//   Shape     say() is for a person, on standard error; put() is the result, on standard output,
//             and end_of_output() its end.
//   Errors    say() has none: a terminal that was closed, a pipe that is closed or full, or a full
//             disk costs the words and nothing else. put() has none either: end_of_output()
//             reports what went wrong.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "mxsweep/core/status.h"

namespace mxsweep::cli {

// Opens what is closed of the three standard streams, so that no file or socket of ours gets its
// number. Reading or writing there fails as before. Call it first.
void hold_standard_streams();

// Waits up to 10 s for a terminal or a pipe that takes nothing.
void say_text(std::string_view text);
template <typename... Arguments>
void say(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  say_text(fmt::format(format, std::forward<Arguments>(arguments)...));
}
// Only if standard error takes it now: for what will be said again.
void say_now(std::string_view text);

void put_text(std::string_view text);
template <typename... Arguments>
void put(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  put_text(fmt::format(format, std::forward<Arguments>(arguments)...));
}
void flush_output();
[[nodiscard]] bool output_failed();  // No more of it need be made.

// Whether all that was printed has left; if not, why.
Status end_of_output();

// "ECONNREFUSED"; "E999" for one that has no name.
[[nodiscard]] std::string errno_name(int error);

}  // namespace mxsweep::cli
