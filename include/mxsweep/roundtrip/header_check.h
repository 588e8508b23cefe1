// SPDX-License-Identifier: MIT
// Whether the headers of the message that has arrived are as a script wants them. Pure.
//
//   Errors   a sentence about the first thing that is not; nothing if all is as wanted.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/message/headers.h"
#include "mxsweep/message/received.h"
#include "mxsweep/roundtrip/script.h"

namespace mxsweep::roundtrip {

// Requires: the patterns can be compiled. Of Authentication-Results only the topmost
// field of `authserv_id` counts: anybody can add others.
[[nodiscard]] std::optional<std::string> fault_of(const HeaderCheck& check,
                                                  const message::Headers& headers,
                                                  std::string_view authserv_id);

[[nodiscard]] std::optional<std::string> fault_of(const HopsCheck& check,
                                                  const std::vector<message::Hop>& hops);

}  // namespace mxsweep::roundtrip
