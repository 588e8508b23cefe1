// SPDX-License-Identifier: MIT
#include "serve/listener.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>

namespace mxsweep::serve {
namespace {

constexpr int kBacklog = 1024;
// Of an answer in the kernel, which would take megabytes: then nothing would show whether the peer
// takes any, and most of it would be lost at the deadline of the next request.
constexpr int kUnsentOctetsMax = 128 * 1024;

bool set_option(int descriptor, int level, int name, int value) {
  return ::setsockopt(descriptor, level, name, &value, sizeof value) == 0;
}

}  // namespace

Result<Endpoint> read_endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  std::string_view host = text.substr(0, std::min(colon, text.size()));
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const std::optional<Address> address = parse_address(host);
  if (colon == std::string_view::npos || !address ||
      bracketed != (address->family == Family::ipv6)) {
    return Status::unusable(
        fmt::format("'{}' is not ADDRESS:PORT, as in 127.0.0.1:8025 or [::1]:8025", text));
  }
  const std::string_view digits = text.substr(colon + 1);
  Endpoint endpoint{.address = *address, .port = 0};
  const char* const end = digits.data() + digits.size();
  const auto [reached, error] = std::from_chars(digits.data(), end, endpoint.port);
  if (error != std::errc{} || reached != end) {
    return Status::unusable(fmt::format("the port of '{}' is not 0..65535", text));
  }
  return endpoint;
}

std::string to_string(const Endpoint& endpoint) {
  const std::string address = mxsweep::to_string(endpoint.address);
  return endpoint.address.family == Family::ipv6 ? fmt::format("[{}]:{}", address, endpoint.port)
                                                 : fmt::format("{}:{}", address, endpoint.port);
}

int open_listener(const Endpoint& endpoint) {
  const bool ipv6 = endpoint.address.family == Family::ipv6;
  const int descriptor =
      ::socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return -errno;
  const ring::SocketAddress at = ring::socket_address(endpoint.address, endpoint.port);
  bool done = set_option(descriptor, SOL_SOCKET, SO_REUSEADDR, 1);
  if (ipv6) done = done && set_option(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  done = done && ::bind(descriptor, reinterpret_cast<const sockaddr*>(&at.storage), at.octets) == 0;
  done = done && ::listen(descriptor, kBacklog) == 0;
  if (done) return descriptor;
  const int error = errno;
  ::close(descriptor);
  return -error;
}

Endpoint local_of(int descriptor) {
  sockaddr_in6 storage{};
  socklen_t octets = sizeof storage;
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&storage), &octets) != 0) return {};
  // The port is at the same offset in sockaddr_in.
  return {.address = ring::address_of(storage), .port = ntohs(storage.sin6_port)};
}

Accepted accept_from(int listener) {
  Accepted accepted;
  accepted.peer.octets = sizeof accepted.peer.storage;
  accepted.descriptor = ::accept4(listener, reinterpret_cast<sockaddr*>(&accepted.peer.storage),
                                  &accepted.peer.octets, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (accepted.descriptor < 0) {
    accepted.descriptor = -errno;
  } else {
    // Without it more is buffered, and no more than that.
    set_option(accepted.descriptor, IPPROTO_TCP, TCP_NOTSENT_LOWAT, kUnsentOctetsMax);
  }
  return accepted;
}

void shut(int descriptor) {
  ring::reset_on_close(descriptor);
  ::shutdown(descriptor, SHUT_RDWR);
}

}  // namespace mxsweep::serve
