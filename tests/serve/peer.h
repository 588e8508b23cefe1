// SPDX-License-Identifier: MIT
// A client that sends what it likes, octet by octet, from an address of its own.
//
//   Errors   a test ends if a socket cannot be had; receive() returns what came until the server
//            closed the connection, or until a deadline that no verdict of a passing test meets.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "mxsweep/core/address.h"
#include "mxsweep/ring/socket.h"
#include "serve/listener.h"
#include "support/catch.h"

namespace mxsweep::serve {

inline constexpr int kGenerousMs = 60'000;

class Peer {
 public:
  // `server`: "127.0.0.1:8025", "[::1]:8025".
  explicit Peer(std::string_view server, std::string_view from = {}) {
    const Result<Endpoint> to = read_endpoint(server);
    REQUIRE(to.ok());
    descriptor_ = ring::open_tcp(to->address.family);
    REQUIRE(descriptor_ >= 0);
    if (!from.empty()) REQUIRE(ring::bind_source(descriptor_, *parse_address(from)) == 0);
    const ring::SocketAddress at = ring::socket_address(to->address, to->port);
    REQUIRE(::connect(descriptor_, reinterpret_cast<const sockaddr*>(&at.storage), at.octets) == 0);
  }
  Peer(Peer&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  Peer& operator=(Peer&&) = delete;
  ~Peer() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  // False: the server has closed the connection.
  bool send(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t sent = ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // Until the end of the connection, or until `enough` is in it.
  [[nodiscard]] std::string receive(std::string_view enough = {}) const {
    std::string all;
    char octets[65536];
    while (enough.empty() || all.find(enough) == std::string::npos) {
      pollfd polled{.fd = descriptor_, .events = POLLIN, .revents = 0};
      if (::poll(&polled, 1, kGenerousMs) != 1) return all + "(nothing came)";
      const ssize_t got = ::recv(descriptor_, octets, sizeof octets, 0);
      if (got <= 0) break;
      all.append(octets, static_cast<std::size_t>(got));
    }
    return all;
  }

  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_ = -1;
};

inline std::string get(std::string_view target, std::string_view more = {}) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(more) +
         "\r\n";
}
inline constexpr std::string_view kClose = "Connection: close\r\n";

// One request on a connection of its own.
inline std::string fetch(std::string_view server, std::string_view target,
                         std::string_view from = {}) {
  const Peer peer(server, from);
  peer.send(get(target, kClose));
  return peer.receive();
}

inline int status_of(std::string_view answer) {
  int status = 0;
  if (answer.starts_with("HTTP/1.1 ")) {
    std::from_chars(answer.data() + 9, answer.data() + answer.size(), status);
  }
  return status;
}

inline std::string_view body_of(std::string_view answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  return end == std::string_view::npos ? std::string_view{} : answer.substr(end + 4);
}

}  // namespace mxsweep::serve
