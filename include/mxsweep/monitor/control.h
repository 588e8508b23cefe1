// SPDX-License-Identifier: MIT
// The client's side of the control socket, for `mxsweep ctl`.
//
//   Shape     one line of JSON is the request, one line of JSON the answer; then the connection is
//             closed. docs/watch.md has the requests. Every answer has "ok", and "error" if that is
//             false.
//   Errors    unusable: there is no monitor at that socket, or it may not be used; the sentence
//             begins with the path. io: it did not answer.
#pragma once

#include <string>
#include <vector>

#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"

namespace mxsweep::monitor {

inline constexpr char kControlDefault[] = "/run/mxsweep/control";
inline constexpr char kControlName[] = "control";  // In the state directory, otherwise.
inline constexpr std::size_t kRequestOctetsMax = 64 * 1024;
inline constexpr std::size_t kAnswerOctetsMax = 64 * 1024 * 1024;
inline constexpr Duration kAnswerPatience = std::chrono::seconds{60};

// `request`: without a line end.
Result<std::string> ask_monitor(const std::string& socket, const std::string& request);

}  // namespace mxsweep::monitor
