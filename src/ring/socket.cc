// SPDX-License-Identifier: MIT
#include "mxsweep/ring/socket.h"

#include <ifaddrs.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <memory>
#include <string>

#include "mxsweep/core/invariant.h"

namespace mxsweep::ring {

SocketAddress socket_address(const Address& address, std::uint16_t port) {
  INVARIANT(address.family != Family::none);
  SocketAddress result;
  if (address.family == Family::ipv4) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&v4.sin_addr, address.octets.data(), sizeof v4.sin_addr);
    std::memcpy(&result.storage, &v4, sizeof v4);
    result.octets = sizeof v4;
  } else {
    result.storage.sin6_family = AF_INET6;
    result.storage.sin6_port = htons(port);
    std::memcpy(&result.storage.sin6_addr, address.octets.data(), address.octets.size());
    result.octets = sizeof result.storage;
  }
  return result;
}

Address address_of(const sockaddr_in6& storage) {
  Address address;
  if (storage.sin6_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &storage, sizeof v4);
    std::memcpy(address.octets.data(), &v4.sin_addr, sizeof v4.sin_addr);
    address.family = Family::ipv4;
  } else if (IN6_IS_ADDR_V4MAPPED(&storage.sin6_addr)) {
    std::memcpy(address.octets.data(), storage.sin6_addr.s6_addr + 12, 4);
    address.family = Family::ipv4;
  } else {
    std::memcpy(address.octets.data(), &storage.sin6_addr, address.octets.size());
    address.family = Family::ipv6;
  }
  return address;
}

int open_tcp(Family family) {
  const int domain = family == Family::ipv4 ? AF_INET : AF_INET6;
  const int descriptor = ::socket(domain, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
  return descriptor >= 0 ? descriptor : -errno;
}

int bind_source(int descriptor, const Address& source) {
  const int yes = 1;
  ::setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
  const SocketAddress from = socket_address(source, 0);
  const int result =
      ::bind(descriptor, reinterpret_cast<const sockaddr*>(&from.storage), from.octets);
  return result == 0 ? 0 : -errno;
}

Status check_source(const Address& source) {
  const int descriptor = open_tcp(source.family);
  const int result = descriptor < 0 ? descriptor : bind_source(descriptor, source);
  if (descriptor >= 0) close_socket(descriptor);
  if (result == 0) return {};
  const std::string text = to_string(source);
  if (result == -EADDRNOTAVAIL) {
    return Status::machine(
        text + " is not an address of this machine",
        "give one that `ip address` lists, or add it: ip address add " + text + " dev INTERFACE");
  }
  return Status::machine("connections cannot come from " + text + ": " + std::strerror(-result),
                         "give another address");
}

std::vector<Address> interface_addresses() {
  std::vector<Address> addresses;
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return addresses;
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(first, &::freeifaddrs);
  for (const ifaddrs* one = first; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr) continue;
    const bool ipv4 = one->ifa_addr->sa_family == AF_INET;
    if (!ipv4 && one->ifa_addr->sa_family != AF_INET6) continue;
    sockaddr_in6 storage{};
    std::memcpy(&storage, one->ifa_addr, ipv4 ? sizeof(sockaddr_in) : sizeof storage);
    addresses.push_back(address_of(storage));
  }
  return addresses;
}

// connect() on a UDP socket looks the route up and does nothing else. A shortage of descriptors
// shows nothing about routes.
bool has_route(const Address& to, const Address& source) {
  constexpr std::uint16_t kAnyPort = 9;
  const int domain = to.family == Family::ipv4 ? AF_INET : AF_INET6;
  const int descriptor = ::socket(domain, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP);
  if (descriptor < 0) return errno == EMFILE || errno == ENFILE || errno == ENOMEM;
  bool found = true;
  if (source.family == to.family) found = bind_source(descriptor, source) == 0;
  const SocketAddress at = socket_address(to, kAnyPort);
  found = found &&
          ::connect(descriptor, reinterpret_cast<const sockaddr*>(&at.storage), at.octets) == 0;
  ::close(descriptor);
  return found;
}

void reset_on_close(int descriptor) {
  const linger abort{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
}

void close_socket(int descriptor) { ::close(descriptor); }

void half_close(int descriptor) { ::shutdown(descriptor, SHUT_WR); }

void acknowledge_now(int descriptor) {
  const int yes = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_QUICKACK, &yes, sizeof yes);
}

std::uint32_t raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < limit.rlim_max) {
    const rlim_t soft = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = soft;
  }
  return static_cast<std::uint32_t>(
      std::min<rlim_t>(limit.rlim_cur, std::numeric_limits<std::int32_t>::max()));
}

bool own_descriptor_table() { return ::unshare(CLONE_FILES) == 0; }

}  // namespace mxsweep::ring
