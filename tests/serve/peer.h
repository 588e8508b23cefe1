// SPDX-License-Identifier: MIT
// A client that sends what it likes, octet by octet, from an address of its own.
//
//   Errors   a test ends if a socket cannot be had; receive() returns what came until the server
//            closed the connection, or until a deadline that no verdict of a passing test meets.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "support/catch.h"

namespace mxsweep::serve {

inline constexpr int kGenerousMs = 60'000;

class Peer {
 public:
  explicit Peer(const std::string& server, std::string_view from = "127.0.0.1") {
    const std::size_t colon = server.rfind(':');
    descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(descriptor_ >= 0);
    const sockaddr_in own = at(std::string(from), 0);
    REQUIRE(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0);
    std::uint16_t port = 0;
    std::from_chars(server.data() + colon + 1, server.data() + server.size(), port);
    const sockaddr_in to = at(server.substr(0, colon), port);
    REQUIRE(::connect(descriptor_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
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
  static sockaddr_in at(const std::string& address, std::uint16_t port) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    REQUIRE(::inet_pton(AF_INET, address.c_str(), &where.sin_addr) == 1);
    return where;
  }

  int descriptor_ = -1;
};

inline std::string get(std::string_view target, std::string_view more = {}) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(more) +
         "\r\n";
}
inline constexpr std::string_view kClose = "Connection: close\r\n";

// One request on a connection of its own.
inline std::string fetch(const std::string& server, std::string_view target,
                         std::string_view from = "127.0.0.1") {
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
