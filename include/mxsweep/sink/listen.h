// SPDX-License-Identifier: MIT
// Where the fleet listens: on the loopback, or in the network for benchmarks, which no machine of
// the internet has. A simulated fleet answers in the name of other servers, so it must not be
// reachable by accident.
//
//   Source    RFC 2544 appendix C: 198.18.0.0/15, for networks that were set up for tests.
//   Shape     "127.0.0.0/8:2525" (all its addresses), "127.0.0.1:2525", "[::1]:2525",
//             "198.18.0.0/15:2525", "198.18.0.1:2525". Port 0: the kernel chooses one.
//   Errors    read_listen() returns the reason, open_listener() a negative errno.
#pragma once

#include <cstdint>
#include <string_view>

#include "mxsweep/core/address.h"
#include "mxsweep/core/status.h"

namespace mxsweep::sink {

enum class Network : std::uint8_t { loopback, benchmark };

struct Listen {
  Address address;  // Family::none: the whole network.
  std::uint16_t port = 0;
  Network network = Network::loopback;
};

Result<Listen> read_listen(std::string_view text);

// A listening socket. Several share the port with SO_REUSEPORT; the kernel distributes connections.
// Requires: port_is_free() or port 0.
[[nodiscard]] int open_listener(const Listen& listen);

// Whether a connection to this address is one to the fleet. The listener of the whole network for
// benchmarks accepts connections to any address of this machine.
[[nodiscard]] bool serves(const Listen& listen, const Address& at);

// 0, or a negative errno. Checked first because SO_REUSEPORT would share the port with a sink that
// is still running, and a client would reach either of them.
[[nodiscard]] int port_is_free(const Listen& listen);

[[nodiscard]] std::uint16_t port_of(int listener);

struct Endpoint {
  Address address;  // Family::none: the connection has been reset.
  std::uint16_t port = 0;
};

// The local end of a connection: the address of the fleet that the client connected to.
[[nodiscard]] Endpoint local_of(int descriptor);
[[nodiscard]] Endpoint peer_of(int descriptor);

}  // namespace mxsweep::sink
