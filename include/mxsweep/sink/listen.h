// SPDX-License-Identifier: MIT
// Where the fleet listens: loopback, and nowhere else. A simulated fleet answers for servers that
// it is not, so nobody outside this machine may ever reach it.
//
//   Shape     "127.0.0.0/8:2525" (every address of it), "127.0.0.1:2525", "[::1]:2525". Port 0: the
//             kernel picks one.
//   Errors    read_listen() says why not; open_listener() answers a negative errno.
#pragma once

#include <cstdint>
#include <string_view>

#include "mxsweep/core/address.h"
#include "mxsweep/core/status.h"

namespace mxsweep::sink {

struct Listen {
  Address address;  // Family::none: all of 127.0.0.0/8.
  std::uint16_t port = 0;
};

Result<Listen> read_listen(std::string_view text);

// A listening socket. Several share the port by SO_REUSEPORT, and the kernel deals connections out.
// Requires: a port that port_is_free() or 0.
[[nodiscard]] int open_listener(const Listen& listen);

// 0, or a negative errno. SO_REUSEPORT would let us share the port with a sink that still runs, and
// a test would talk to either: so we look first.
[[nodiscard]] int port_is_free(const Listen& listen);

[[nodiscard]] std::uint16_t port_of(int listener);
// The address of this end: which of the fleet was dialled.
[[nodiscard]] Address local_address(int descriptor);

}  // namespace mxsweep::sink
