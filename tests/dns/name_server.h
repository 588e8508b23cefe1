// SPDX-License-Identifier: MIT
// A scriptable name server on 127.0.0.1, UDP and TCP on one port, in a thread of its own.
//
//   Shape     a Responder returns the messages to send for a question; none: the server is silent.
//             It is called in the server's thread.
//   Errors    a machine without loopback ends the test program.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "dns/wire.h"
#include "mxsweep/core/invariant.h"

namespace mxsweep::dns {

struct Query {
  std::string name;  // As received, in text without escapes.
  Type type{};
  unsigned id = 0;
  bool tcp = false;
  unsigned flags = 0;
  int times = 0;  // How often this question came before.
};

// The response to a question, with `records`.
inline std::string reply(const Query& question, unsigned answers, const std::string& records,
                         unsigned flags = wire::kResponse, unsigned authorities = 0) {
  return wire::write({.name = question.name,
                      .type = question.type,
                      .flags = flags,
                      .answers = answers,
                      .authorities = authorities,
                      .records = records,
                      .id = question.id});
}
inline std::string reply_code(const Query& question, unsigned code) {
  return reply(question, 0, "", wire::kResponse | code);
}

using Responder = std::function<std::vector<std::string>(const Query&)>;

class NameServer {
 public:
  explicit NameServer(Responder responder) : responder_(std::move(responder)) {
    // UDP gets any free port. If it is in use for TCP, both try again.
    while (!open()) {
    }
    thread_ = std::thread([this] { serve(); });
  }
  NameServer(const NameServer&) = delete;
  NameServer& operator=(const NameServer&) = delete;
  ~NameServer() { stop(); }

  // Afterwards its port refuses.
  void stop() {
    if (!thread_.joinable()) return;
    const std::uint64_t one = 1;
    INVARIANT(::write(bell_, &one, sizeof one) == sizeof one);
    thread_.join();
    for (const int descriptor : {udp_, tcp_, bell_}) ::close(descriptor);
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int queries_udp() const { return queries_udp_; }
  [[nodiscard]] int queries_tcp() const { return queries_tcp_; }
  [[nodiscard]] int times(const std::string& name, Type type) {
    const std::lock_guard lock(mutex_);
    return times_[{name, type}];
  }
  // How many octets of a TCP response are sent before the connection is closed; -1: all of them.
  std::atomic<int> tcp_octets_max = -1;

 private:
  bool open() {
    bell_ = ::eventfd(0, EFD_CLOEXEC);
    udp_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    tcp_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    INVARIANT(::bind(udp_, generic, size) == 0);
    INVARIANT(::getsockname(udp_, generic, &size) == 0);
    port_ = ntohs(address.sin_port);
    if (::bind(tcp_, generic, size) == 0 && ::listen(tcp_, 16) == 0) return true;
    for (const int descriptor : {udp_, tcp_, bell_}) ::close(descriptor);
    return false;
  }

  void serve() {
    for (;;) {
      pollfd descriptors[] = {{bell_, POLLIN, 0}, {udp_, POLLIN, 0}, {tcp_, POLLIN, 0}};
      ::poll(descriptors, 3, -1);
      if (descriptors[0].revents != 0) return;
      if (descriptors[1].revents != 0) serve_udp();
      if (descriptors[2].revents != 0) serve_tcp();
    }
  }

  void serve_udp() {
    char query[512];
    sockaddr_in from{};
    socklen_t size = sizeof from;
    auto* const generic = reinterpret_cast<sockaddr*>(&from);
    const ssize_t octets = ::recvfrom(udp_, query, sizeof query, 0, generic, &size);
    if (octets < 12) return;
    ++queries_udp_;
    for (const std::string& message : answer({query, static_cast<std::size_t>(octets)}, false)) {
      ::sendto(udp_, message.data(), message.size(), 0, generic, size);
    }
  }

  void serve_tcp() {
    const int descriptor = ::accept4(tcp_, nullptr, nullptr, SOCK_CLOEXEC);
    std::string query(2, '\0');
    const auto receive = [&](std::size_t at) {
      return ::recv(descriptor, query.data() + at, query.size() - at, MSG_WAITALL) ==
             static_cast<ssize_t>(query.size() - at);
    };
    // Answers all questions of a connection, one after the other.
    while (receive(0)) {
      const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(query[i]); };
      query.resize(2 + (std::size_t{octet(0)} << 8U | octet(1)));
      if (!receive(2)) break;
      ++queries_tcp_;
      std::string out;
      for (const std::string& message : answer(query.substr(2), true)) {
        out += wire::number16(static_cast<unsigned>(message.size())) + message;
      }
      const int most = tcp_octets_max;
      if (most >= 0) out.resize(static_cast<std::size_t>(most));
      // In pieces, so that a client cannot rely on one read() for all of it.
      for (std::size_t at = 0; at < out.size(); at += 700) {
        const std::string piece = out.substr(at, 700);
        ::send(descriptor, piece.data(), piece.size(), MSG_NOSIGNAL);
      }
      if (most >= 0) break;
      query.assign(2, '\0');
    }
    ::close(descriptor);
  }

  std::vector<std::string> answer(std::string_view query, bool tcp) {
    const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(query[i]); };
    const auto number = [&](std::size_t i) { return unsigned{octet(i)} << 8U | octet(i + 1); };
    Query question{.name = {}, .type = {}, .id = number(0), .tcp = tcp, .flags = number(2)};
    std::size_t at = 12;
    while (octet(at) != 0) {
      if (!question.name.empty()) question.name += '.';
      question.name += query.substr(at + 1, octet(at));
      at += octet(at) + 1;
    }
    question.type = static_cast<Type>(number(at + 1));
    {
      const std::lock_guard lock(mutex_);
      question.times = times_[{question.name, question.type}]++;
    }
    return responder_(question);
  }

  Responder responder_;
  int bell_ = -1;
  int udp_ = -1;
  int tcp_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> queries_udp_ = 0;
  std::atomic<int> queries_tcp_ = 0;
  std::mutex mutex_;
  std::map<std::pair<std::string, Type>, int> times_;
  std::thread thread_;
};

}  // namespace mxsweep::dns
