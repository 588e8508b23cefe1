// SPDX-License-Identifier: MIT
#include "monitor/control_server.h"

#include <grp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "monitor/control_socket.h"
#include "mxsweep/monitor/control.h"
#include "mxsweep/ring/clock.h"

namespace mxsweep::monitor {
namespace {

constexpr mode_t kPermissions = 0660;

Status refuse(const std::string& path, int error) {
  return Status::unusable("the control socket " + path + ": " + std::strerror(error));
}

// Of a monitor that was killed.
bool is_abandoned(const std::string& path) {
  const int socket = connect_to(path);
  if (socket < 0) return socket == -ECONNREFUSED;
  ::close(socket);
  return false;
}

Status give_to_group(const std::string& path, const std::string& group) {
  if (group.empty()) return {};
  const struct group* const entry = ::getgrnam(group.c_str());
  if (entry == nullptr) return Status::unusable("there is no group '" + group + "'");
  if (::chown(path.c_str(), static_cast<uid_t>(-1), entry->gr_gid) == 0) return {};
  return refuse(path, errno);
}

}  // namespace

Status ControlServer::open(const std::string& path, const std::string& group) {
  if (!bell_.good()) return Status::machine(std::strerror(bell_.error()));
  if (Status bound = bind_to(path, group); !bound.ok()) {
    if (listener_ >= 0) ::close(std::exchange(listener_, -1));
    return bound;
  }
  if (const int error = thread_.start("control", [this] { run(); }); error != 0) {
    return Status::machine(std::string("the thread of the control socket: ") +
                           std::strerror(error));
  }
  return {};
}

Status ControlServer::bind_to(const std::string& path, const std::string& group) {
  const std::optional<sockaddr_un> address = socket_path(path);
  if (!address) return refuse(path, ENAMETOOLONG);
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener_ < 0) return refuse(path, errno);
  // Before the bind, so that the file never has other permissions; the umask may take some away.
  ::fchmod(listener_, kPermissions);
  const auto bind = [&] {
    return ::bind(listener_, reinterpret_cast<const sockaddr*>(&*address), sizeof *address) == 0;
  };
  if (!bind()) {
    if (errno != EADDRINUSE) return refuse(path, errno);
    if (!is_abandoned(path)) {
      return Status::unusable("the control socket " + path + ": another monitor uses it");
    }
    if (::unlink(path.c_str()) != 0 || !bind()) return refuse(path, errno);
  }
  path_ = path;
  if (Status given = give_to_group(path, group); !given.ok()) return given;
  if (::chmod(path.c_str(), kPermissions) != 0) return refuse(path, errno);
  if (::listen(listener_, static_cast<int>(kClientsMax)) != 0) return refuse(path, errno);
  return {};
}

void ControlServer::close() {
  ends_.store(true);
  bell_.notify();
  thread_.join();
  if (listener_ < 0) return;
  ::close(std::exchange(listener_, -1));
  ::unlink(path_.c_str());
}

void ControlServer::run() {
  while (!ends_.load()) {
    std::vector<pollfd> waits;
    waits.push_back({.fd = bell_.descriptor(), .events = POLLIN, .revents = 0});
    const bool has_room = clients_.size() < kClientsMax;
    waits.push_back({.fd = has_room ? listener_ : -1, .events = POLLIN, .revents = 0});
    Instant until = kNever;
    for (const Client& client : clients_) {
      const short events = client.answered ? POLLOUT : POLLIN;
      waits.push_back({.fd = client.socket, .events = events, .revents = 0});
      until = std::min(until, client.until);
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - ring::now()).count();
    const int longest = clients_.empty() ? -1 : static_cast<int>(std::max<std::int64_t>(left, 0));
    ::poll(waits.data(), waits.size(), longest);
    std::size_t place = 2;
    for (auto client = clients_.begin(); client != clients_.end(); ++place) {
      const bool ready = waits[place].revents != 0;
      const bool goes_on = ready ? serve(*client) : ring::now() < client->until;
      if (!goes_on) ::close(client->socket);
      client = goes_on ? std::next(client) : clients_.erase(client);
    }
    if (waits[1].revents != 0) accept_client();
  }
  for (const Client& client : clients_) ::close(client.socket);
  clients_.clear();
}

void ControlServer::accept_client() {
  const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (socket < 0) return;
  Client& client = clients_.emplace_back();
  client.socket = socket;
  client.until = ring::now() + kClientPatience;
}

bool ControlServer::serve(Client& client) { return client.answered ? write(client) : read(client); }

bool ControlServer::read(Client& client) {
  std::array<char, 4096> octets{};
  const ssize_t got = ::recv(client.socket, octets.data(), octets.size(), 0);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  if (got == 0) return false;
  client.request.append(octets.data(), static_cast<std::size_t>(got));
  const std::size_t end = client.request.find('\n');
  if (end == std::string::npos) return client.request.size() <= kRequestOctetsMax;
  if (end > kRequestOctetsMax) return false;
  client.answer = answer_(std::string_view(client.request).substr(0, end)) + '\n';
  client.answered = true;
  client.until = ring::now() + kClientPatience;
  return write(client);
}

bool ControlServer::write(Client& client) {
  const std::string_view left = std::string_view(client.answer).substr(client.sent);
  const ssize_t sent = ::send(client.socket, left.data(), left.size(), MSG_NOSIGNAL);
  if (sent < 0) return errno == EAGAIN || errno == EINTR;
  client.sent += static_cast<std::size_t>(sent);
  return client.sent < client.answer.size();
}

}  // namespace mxsweep::monitor
