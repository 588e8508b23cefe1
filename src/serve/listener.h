// SPDX-License-Identifier: MIT
// The socket that accepts connections.
//
//   Errors   functions that return a descriptor return a negative errno on failure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/core/address.h"
#include "mxsweep/core/status.h"
#include "mxsweep/ring/socket.h"

namespace mxsweep::serve {

struct Endpoint {
  Address address;
  std::uint16_t port = 0;
};

// "127.0.0.1:8025" or "[::1]:8025".
[[nodiscard]] Result<Endpoint> read_endpoint(std::string_view text);
[[nodiscard]] std::string to_string(const Endpoint& endpoint);

// "[::]" also accepts connections to IPv4 addresses.
[[nodiscard]] int open_listener(const Endpoint& endpoint);
[[nodiscard]] Endpoint local_of(int descriptor);

struct Accepted {
  int descriptor = -1;  // Non-blocking.
  ring::SocketAddress peer;
};
[[nodiscard]] Accepted accept_from(int listener);

// Sends FIN, and RST when it is closed: nothing that was not delivered by then is kept.
void shut(int descriptor);

}  // namespace mxsweep::serve
