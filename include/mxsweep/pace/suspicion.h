// SPDX-License-Identifier: MIT
// Which failures our own network can cause: those that are judged by canaries and routes before
// they count as a server's. Pure.
//
//   Source   what each cause means in core/causes.def.
//   Errors   none.
#pragma once

#include <algorithm>
#include <array>

#include "mxsweep/core/outcome.h"

namespace mxsweep::pace {

// Each of these is what a sweep sees of a cable that is pulled, of a router that fails, or of a
// filter in front of our port 25, in some phase of a visit. A close (net.closed_early) is not among
// them, because a peer sent it, nor is any reply.
inline constexpr std::array kSuspiciousCauses{
    Cause::net_timeout,      // No answer to a connect, or a connection that went dead.
    Cause::net_unreachable,  // A router, ours perhaps, reports it.
    Cause::net_reset,        // A filter resets what it does not let pass.
    Cause::net_refused,      // The same, at the connect.
    Cause::protocol_silent,  // Connected, and then nothing.
    Cause::protocol_tarpit,  // A reply that was cut off in its middle.
    Cause::local_burst,      // Connected by a SYN cookie, and then nothing.
    Cause::local_no_route,   // No route of this machine leads there.
    Cause::local_firewall,   // Our own filter, or a route that prohibits.
};

// For these a packet has arrived, so this machine has its route.
inline constexpr std::array kCausesByPacket{Cause::net_refused, Cause::net_reset};

[[nodiscard]] constexpr bool is_suspicious(Cause cause) {
  return std::ranges::find(kSuspiciousCauses, cause) != kSuspiciousCauses.end();
}

// Whether the route of this machine may be lost, which it can look up.
[[nodiscard]] constexpr bool may_lack_route(Cause cause) {
  return is_suspicious(cause) && std::ranges::find(kCausesByPacket, cause) == kCausesByPacket.end();
}
static_assert(is_suspicious(Cause::net_timeout) && !is_suspicious(Cause::net_closed_early));
static_assert(std::ranges::all_of(kCausesByPacket, is_suspicious));

}  // namespace mxsweep::pace
