// SPDX-License-Identifier: MIT
// Socket addresses, socket options and the limit of descriptors.
//
//   Errors   functions that return a descriptor return a negative errno on failure.
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <vector>

#include "mxsweep/core/address.h"
#include "mxsweep/core/status.h"

namespace mxsweep::ring {

// A socket address of either family. sockaddr_in6 is the larger of the two.
struct SocketAddress {
  sockaddr_in6 storage{};
  socklen_t octets = 0;
};

// Requires: address.family != Family::none.
[[nodiscard]] SocketAddress socket_address(const Address& address, std::uint16_t port);
[[nodiscard]] Address address_of(const sockaddr_in6& storage);  // IPv4-mapped becomes IPv4.

// A TCP socket, close-on-exec and blocking: io_uring sets its own non-blocking flags per operation,
// and with O_NONBLOCK it would fail with EAGAIN where it should wait.
[[nodiscard]] int open_tcp(Family family);

// Makes the connections of a socket come from this address. The port is chosen when it connects, so
// that one port may serve for many servers at once. Returns 0 or a negative errno.
// Requires: a socket of that family.
[[nodiscard]] int bind_source(int descriptor, const Address& source);

// Whether connections may come from this address; if not, why, with the cure.
[[nodiscard]] Status check_source(const Address& source);

// The addresses of this machine's interfaces; empty if they cannot be read.
[[nodiscard]] std::vector<Address> interface_addresses();

// Whether a route of this machine leads to the address, from `source` unless that has no family.
// Sends nothing.
[[nodiscard]] bool has_route(const Address& to, const Address& source);

// Makes close() send RST instead of FIN: no TIME_WAIT on this side, no lingering on the peer's.
void reset_on_close(int descriptor);

// Closes immediately, not through a ring. Requires: no operation on it is in flight in a ring.
void close_socket(int descriptor);

// Sends FIN; receiving is still possible.
void half_close(int descriptor);

// Acknowledges received data at once (TCP_QUICKACK) instead of waiting for data to send.
void acknowledge_now(int descriptor);

// Raises the soft limit of RLIMIT_NOFILE to the hard one, and returns it.
std::uint32_t raise_descriptor_limit();

// Gives the calling thread a descriptor table of its own, with a copy of what is open now: no
// contention with other threads, and RLIMIT_NOFILE applies to each table, not to their sum. False
// if it is not permitted, as in some containers.
bool own_descriptor_table();

}  // namespace mxsweep::ring
