// SPDX-License-Identifier: MIT
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "monitor/control_socket.h"
#include "mxsweep/monitor/control.h"
#include "mxsweep/ring/clock.h"

namespace mxsweep::monitor {
namespace {

bool wait_for(int socket, short events, Instant until) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - ring::now()).count();
  if (left <= 0) return false;
  pollfd wait{.fd = socket, .events = events, .revents = 0};
  return ::poll(&wait, 1, static_cast<int>(left)) > 0;
}

bool send_all(int socket, std::string_view text, Instant until) {
  while (!text.empty()) {
    const ssize_t sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      text.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EAGAIN || !wait_for(socket, POLLOUT, until)) {
      return false;
    }
  }
  return true;
}

Result<std::string> exchange(int socket, const std::string& path, const std::string& request) {
  const Instant until = ring::now() + kAnswerPatience;
  std::string answer;
  if (!send_all(socket, request + '\n', until)) {
    return Status::io(path + ": the monitor does not take the request");
  }
  while (!answer.ends_with('\n')) {
    std::array<char, 16384> octets{};
    if (!wait_for(socket, POLLIN, until)) {
      return Status::io(path + ": the monitor did not answer in time");
    }
    const ssize_t got = ::recv(socket, octets.data(), octets.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) continue;
    if (got <= 0) return Status::io(path + ": the monitor closed the connection");
    answer.append(octets.data(), static_cast<std::size_t>(got));
    if (answer.size() > kAnswerOctetsMax) return Status::io(path + ": the answer is too long");
  }
  answer.pop_back();
  return answer;
}

}  // namespace

std::optional<sockaddr_un> socket_path(const std::string& path) {
  sockaddr_un address{};
  if (path.empty() || path.size() >= sizeof address.sun_path) return std::nullopt;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

int connect_to(const std::string& path) {
  const std::optional<sockaddr_un> address = socket_path(path);
  if (!address) return -ENAMETOOLONG;
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return -errno;
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&*address), sizeof *address) == 0) {
    return socket;
  }
  const int error = errno;
  ::close(socket);
  return -error;
}

Result<std::string> ask_monitor(const std::string& path, const std::string& request) {
  const int socket = connect_to(path);
  if (socket < 0) return Status::unusable(path + ": " + std::strerror(-socket));
  Result<std::string> answer = exchange(socket, path, request);
  ::close(socket);
  return answer;
}

}  // namespace mxsweep::monitor
