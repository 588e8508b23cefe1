// SPDX-License-Identifier: MIT
#include "mxsweep/sink/control.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

#include "mxsweep/core/nearest_word.h"

namespace mxsweep::sink {
namespace {

constexpr std::size_t kLineOctetsMax = 256;
constexpr std::string_view kOriginal = "original";

// "127.1.2.0/24" or "127.1.2.3".
std::optional<AddressRange> read_range(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::optional<Address> address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  if (slash == std::string_view::npos) return AddressRange{*address, *address};
  return read_prefix(*address, text.substr(slash + 1));
}

std::string unknown_persona(const Fleet& fleet, std::string_view name) {
  std::vector<std::string> names;
  for (const Persona& persona : fleet.personas()) names.push_back(persona.name);
  const std::string_view nearest = nearest_word(name, names);
  return "error: there is no such persona" +
         (nearest.empty() ? std::string() : "; did you mean " + std::string(nearest) + "?");
}

// Whether `descriptor` is readable, before `wake` is.
bool wait_readable(int descriptor, int wake) {
  std::array<pollfd, 2> wait{pollfd{.fd = descriptor, .events = POLLIN, .revents = 0},
                             pollfd{.fd = wake, .events = POLLIN, .revents = 0}};
  while (::poll(wait.data(), wait.size(), -1) < 0) {
    if (errno != EINTR) return false;
  }
  return wait[1].revents == 0;
}

}  // namespace

std::string obey(Fleet& fleet, std::string_view line) {
  const std::size_t blank = line.find(' ');
  const std::optional<AddressRange> range = read_range(line.substr(0, blank));
  if (!range || blank == std::string_view::npos) {
    return "error: write PREFIX PERSONA, as in: 127.1.2.0/24 close_at_connect";
  }
  const std::string_view name = line.substr(blank + 1);
  std::optional<std::size_t> persona;
  if (name != kOriginal) {
    persona = fleet.find(name);
    if (!persona) return unknown_persona(fleet, name);
  }
  return fleet.change(*range, persona) ? "ok" : "error: too many changes";
}

Control::~Control() {
  if (wake_ >= 0) {
    const std::uint64_t one = 1;
    (void)!::write(wake_, &one, sizeof one);
  }
  thread_.join();
  if (listener_ >= 0) {
    ::close(listener_);
    ::unlink(path_.c_str());
  }
  if (wake_ >= 0) ::close(wake_);
}

Status Control::open(const std::string& path) {
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  if (path.size() >= sizeof at.sun_path) return Status::unusable(path + ": the path is too long");
  std::copy(path.begin(), path.end(), at.sun_path);
  wake_ = ::eventfd(0, EFD_CLOEXEC);
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (wake_ < 0 || listener < 0) return Status::io("no file descriptor is left");
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 ||
      ::listen(listener, 8) != 0) {
    const int error = errno;
    ::close(listener);
    return Status::unusable(path + ": " + std::strerror(error));
  }
  path_ = path;
  listener_ = listener;
  const int error = thread_.start("control", [this] { run(); });
  if (error != 0) return Status::machine(std::string("no thread: ") + std::strerror(error));
  return {};
}

void Control::run() {
  while (wait_readable(listener_, wake_)) {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    serve(client);
    ::close(client);
  }
}

void Control::serve(int client) {
  std::string unread;
  std::array<char, kLineOctetsMax> octets;
  while (unread.size() <= kLineOctetsMax && wait_readable(client, wake_)) {
    const ssize_t got = ::read(client, octets.data(), octets.size());
    if (got <= 0) return;
    unread.append(octets.data(), static_cast<std::size_t>(got));
    for (std::size_t end = unread.find('\n'); end != std::string::npos; end = unread.find('\n')) {
      const std::string answer = obey(fleet_, std::string_view(unread).substr(0, end)) + "\n";
      if (::send(client, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return;
      unread.erase(0, end + 1);
    }
  }
}

}  // namespace mxsweep::sink
