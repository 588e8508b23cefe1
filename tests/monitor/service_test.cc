// SPDX-License-Identifier: MIT
#include "monitor/service.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "support/catch.h"

namespace mxsweep::monitor {
namespace {

using std::chrono::seconds;

class Receiver {
 public:
  Receiver() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = "mxsweep-service-" + std::to_string(::getpid());
    std::memcpy(address.sun_path + 1, name.data(), name.size());
    path = '@' + name;
    descriptor_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    const auto octets = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    REQUIRE(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), octets) == 0);
  }
  ~Receiver() { ::close(descriptor_); }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  std::string take() {
    std::array<char, 512> octets{};
    const ssize_t got = ::recv(descriptor_, octets.data(), octets.size(), 0);
    return got < 0 ? std::string() : std::string(octets.data(), static_cast<std::size_t>(got));
  }

  std::string path;

 private:
  int descriptor_;
};

TEST_CASE("systemd is told when the service is ready, reloads and stops", "[monitor][service]") {
  Receiver receiver;
  const Service service(receiver.path, "", "");
  service.ready("watching 3 targets");
  CHECK(receiver.take() == "READY=1\nSTATUS=watching 3 targets");
  service.reloading(Instant{seconds{7}});
  CHECK(receiver.take() == "RELOADING=1\nMONOTONIC_USEC=7000000");
  service.stopping();
  CHECK(receiver.take() == "STOPPING=1");
}

TEST_CASE("the watchdog is fed at half of its interval", "[monitor][service]") {
  Receiver receiver;
  Service service(receiver.path, "30000000", std::to_string(::getpid()));
  CHECK(service.watchdog_every() == seconds{15});
  Instant now{seconds{100}};
  service.watchdog(now);
  CHECK(receiver.take() == "WATCHDOG=1");
  service.watchdog(now + seconds{14});
  CHECK(receiver.take().empty());
  service.watchdog(now + seconds{15});
  CHECK(receiver.take() == "WATCHDOG=1");
}

TEST_CASE("the watchdog of another process is not fed", "[monitor][service]") {
  Receiver receiver;
  CHECK_FALSE(Service(receiver.path, "30000000", "1").watchdog_every());
  CHECK_FALSE(Service(receiver.path, "x", "").watchdog_every());
  CHECK_FALSE(Service("", "30000000", "").watchdog_every());
}

TEST_CASE("without systemd nothing is said", "[monitor][service]") {
  for (const char* const socket : {"", "relative", "/nowhere/socket"}) {
    Service service(socket, "30000000", "");
    service.ready("watching");
    service.watchdog(Instant{});
  }
}

}  // namespace
}  // namespace mxsweep::monitor
