// SPDX-License-Identifier: MIT
#include "monitor/service.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace mxsweep::monitor {
namespace {

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [reached, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc{} || reached != end) return std::nullopt;
  return number;
}

}  // namespace

const char* Service::variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Service::Service(const std::string& socket, const std::string& usec, const std::string& pid) {
  sockaddr_un address{};
  if (socket.size() < 2 || socket.size() >= sizeof address.sun_path) return;
  if (socket.front() != '/' && socket.front() != '@') return;
  socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket_ < 0) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket.data(), socket.size());
  if (socket.front() == '@') address.sun_path[0] = '\0';
  const auto octets = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket.size());
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), octets) != 0) {
    ::close(socket_);
    socket_ = -1;
    return;
  }
  const std::optional<std::uint64_t> interval = number_in(usec);
  const std::optional<std::uint64_t> watched = number_in(pid);
  const bool ours = pid.empty() || watched == static_cast<std::uint64_t>(::getpid());
  if (interval && *interval > 0 && *interval < INT64_MAX / 1000 && ours) {
    every_ = std::chrono::microseconds{*interval} / 2;
  }
}

Service::~Service() {
  if (socket_ >= 0) ::close(socket_);
}

void Service::reloading(Instant now) const {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch());
  send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(us.count()));
}

void Service::watchdog(Instant now) {
  if (!every_ || now < next_) return;
  next_ = now + *every_;
  send("WATCHDOG=1");
}

void Service::send(const std::string& message) const {
  if (socket_ < 0) return;
  [[maybe_unused]] const ssize_t sent =
      ::send(socket_, message.data(), message.size(), MSG_NOSIGNAL);
}

}  // namespace mxsweep::monitor
