// SPDX-License-Identifier: MIT
#include "mxsweep/sink/listen.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <optional>

#include "mxsweep/ring/socket.h"

namespace mxsweep::sink {
namespace {

constexpr std::string_view kWholeLoopback = "127.0.0.0/8";
constexpr std::string_view kWholeBenchmark = "198.18.0.0/15";
constexpr int kBacklog = 65535;  // The kernel limits it to net.core.somaxconn.

bool is_loopback(const Address& address) {
  if (address.family == Family::ipv4) return address.octets[0] == 127;
  return address == parse_address("::1");
}

bool is_benchmark(const Address& address) {
  return address.family == Family::ipv4 && address.octets[0] == 198 &&
         (address.octets[1] & 0xfe) == 18;
}

// A socket bound to the address and port of `listen`, or a negative errno.
int open_bound(const Listen& listen, bool shared) {
  const bool whole = listen.address.family == Family::none;
  const int descriptor = ring::open_tcp(whole ? Family::ipv4 : listen.address.family);
  if (descriptor < 0) return descriptor;
  const int on = 1;
  bool done = ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0;
  if (shared)
    done = done && ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0;
  // For 127.0.0.0/8 it is bound to 0.0.0.0, which must not be reachable from outside.
  if (whole && listen.network == Network::loopback)
    done = done && ::setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3) == 0;
  const ring::SocketAddress at =
      ring::socket_address(whole ? ipv4(0) : listen.address, listen.port);
  done = done && ::bind(descriptor, reinterpret_cast<const sockaddr*>(&at.storage), at.octets) == 0;
  if (done) return descriptor;
  const int error = errno;
  ::close(descriptor);
  return -error;
}

// `name`: getsockname() or getpeername().
Endpoint end_of(int descriptor, int (*name)(int, sockaddr*, socklen_t*) noexcept) {
  sockaddr_in6 storage{};
  socklen_t octets = sizeof storage;
  if (name(descriptor, reinterpret_cast<sockaddr*>(&storage), &octets) != 0) return {};
  // The port is at the same offset in sockaddr_in.
  return {.address = ring::address_of(storage), .port = ntohs(storage.sin6_port)};
}

}  // namespace

Result<Listen> read_listen(std::string_view text) {
  Listen listen;
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return Status::unusable("needs a port, as in 127.0.0.1:2525");
  }
  const std::string_view port = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), listen.port);
  if (error != std::errc{} || end != port.data() + port.size()) {
    return Status::unusable("the port is not 0..65535");
  }

  std::string_view host = text.substr(0, colon);
  if (host == kWholeLoopback) return listen;
  if (host == kWholeBenchmark) {
    listen.network = Network::benchmark;
    return listen;
  }
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const std::optional<Address> address = parse_address(host);
  if (!address || bracketed != (address->family == Family::ipv6)) {
    return Status::unusable(
        "not an address: 127.0.0.0/8, an address of it, [::1], or 198.18.0.0/15 and its addresses");
  }
  if (is_benchmark(*address)) {
    listen.network = Network::benchmark;
  } else if (!is_loopback(*address)) {
    return Status::unusable(
        "a simulated fleet answers at loopback addresses, or those for benchmarks (198.18.0.0/15)");
  }
  listen.address = *address;
  return listen;
}

int open_listener(const Listen& listen) {
  const int descriptor = open_bound(listen, true);
  if (descriptor < 0 || ::listen(descriptor, kBacklog) == 0) return descriptor;
  const int error = errno;
  ::close(descriptor);
  return -error;
}

bool serves(const Listen& listen, const Address& at) {
  const bool any = listen.address.family == Family::none && listen.network == Network::benchmark;
  return !any || is_benchmark(at);
}

int port_is_free(const Listen& listen) {
  if (listen.port == 0) return 0;
  const int descriptor = open_bound(listen, false);
  if (descriptor < 0) return descriptor;
  ::close(descriptor);
  return 0;
}

std::uint16_t port_of(int listener) { return local_of(listener).port; }

Endpoint local_of(int descriptor) { return end_of(descriptor, ::getsockname); }

Endpoint peer_of(int descriptor) { return end_of(descriptor, ::getpeername); }

}  // namespace mxsweep::sink
