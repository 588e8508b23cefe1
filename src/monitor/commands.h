// SPDX-License-Identifier: MIT
// The requests of the control socket, and their answers.
//
//   Source    docs/watch-control.md.
//   Shape     read_request() in the socket's thread; carry_out() in the loop's, for those that
//             concern Watch. "reload" and "test-channel" need more than the loop: see desk.h.
//   Errors    of a request that cannot be read: a sentence for the user.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "monitor/hand.h"
#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"
#include "mxsweep/watch/settings.h"

namespace mxsweep::monitor {

// As long as silences, windows and acknowledgements last if the request does not say.
inline constexpr Duration kHoldDefault = std::chrono::hours{2};
inline constexpr Duration kAcknowledgedDefault = std::chrono::hours{24};
inline constexpr Duration kHoldMost = std::chrono::hours{24 * 366};

enum class Ask : std::uint8_t {
  status,
  incidents,
  ack,
  silence,
  maintenance,
  unsilence,
  check,
  reload,
  test_channel,
};

struct Request {
  Ask ask = Ask::status;
  std::uint64_t number = 0;  // Of an incident or a silence.
  std::string by;
  std::string note;
  Duration lasts{};  // Zero: the default.
  watch::Selector match;
  std::string channel;
};

// `ask`: what it asks for, if it is not for the request to say.
Result<Request> read_request(std::string_view line, std::optional<Ask> ask = std::nullopt);

// The answer, or why it is refused. Requires: none of reload and test_channel.
Result<std::string> carry_out(const Request& request, Hand& hand);

[[nodiscard]] std::string refusal(std::string_view why);

}  // namespace mxsweep::monitor
