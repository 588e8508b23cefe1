// SPDX-License-Identifier: MIT
// Addresses as the kernel wants them, and what this process may open.
//
//   Errors   a negative errno where a descriptor is returned.
#pragma once

#include <netinet/in.h>

#include <cstdint>

#include "mxsweep/core/address.h"

namespace mxsweep::ring {

// A socket address of either family. sockaddr_in6 is the larger of the two.
struct SocketAddress {
  sockaddr_in6 storage{};
  socklen_t octets = 0;
};

// Requires: address.family != Family::none.
[[nodiscard]] SocketAddress socket_address(const Address& address, std::uint16_t port);
[[nodiscard]] Address address_of(const sockaddr_in6& storage);  // IPv4-mapped ones become IPv4.

// A TCP socket, close-on-exec and blocking: io_uring sets its own non-blocking flags per operation,
// and O_NONBLOCK on the file would make it give up where it should wait.
[[nodiscard]] int open_tcp(Family family);

// Makes close() send RST instead of FIN: no TIME_WAIT here, no lingering there.
void reset_on_close(int descriptor);

// At once, beside any ring: what is queued for it there must have ended.
void close_socket(int descriptor);

// Sends FIN and goes on receiving.
void half_close(int descriptor);

// Acknowledges what was received at once (TCP_QUICKACK) instead of waiting for something to say.
void acknowledge_now(int descriptor);

// RLIMIT_NOFILE's soft limit raised to the hard one; returns it.
std::uint32_t raise_descriptor_limit();

// Gives the calling thread a descriptor table of its own, with a copy of what is open now: no
// contention with other threads, and an RLIMIT_NOFILE of its own (the limit bounds each table, not
// their sum). False where a container forbids it.
bool own_descriptor_table();

}  // namespace mxsweep::ring
