// SPDX-License-Identifier: MIT
// Unbound as the resolver and NSD as the authority for the root, on ports of 127.0.0.1, with a zone
// of the test's own. A name that is not in the zone does not exist: no query leaves this machine.
//
//   Shape     MXSWEEP_SERVERS names the folder that scripts/servers has filled. Without it
//             available() is false.
//   Lifetime  both end with their RealResolver, and with the process that started them.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "mxsweep/core/invariant.h"

namespace mxsweep::dns {

// A port of 127.0.0.1 at which nothing listens, for UDP and TCP. It is below the ports that Linux
// gives to sockets that ask for any, so that no connection of another test gets it by chance.
inline std::uint16_t free_port() {
  std::random_device random;
  std::uniform_int_distribution<std::uint16_t> ports(12000, 31999);
  for (;;) {
    const std::uint16_t port = ports(random);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    const int tcp = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int udp = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const bool both = ::bind(tcp, generic, sizeof address) == 0 && ::listen(tcp, 1) == 0 &&
                      ::bind(udp, generic, sizeof address) == 0;
    ::close(tcp);
    ::close(udp);
    if (both) return port;
  }
}

class RealResolver {
 public:
  static std::filesystem::path prefix() {
    const char* const folder = std::getenv("MXSWEEP_SERVERS");
    return folder == nullptr ? std::filesystem::path() : std::filesystem::path(folder) / "usr";
  }
  static bool available() {
    return std::filesystem::exists(prefix() / "sbin/nsd") &&
           std::filesystem::exists(prefix() / "sbin/unbound");
  }

  // `records`: lines of a zone file, names with their trailing dot.
  explicit RealResolver(const std::string& records) {
    std::string name = (std::filesystem::temp_directory_path() / "mxsweep-dns-XXXXXX").string();
    INVARIANT(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
    authority_port_ = free_port();
    port_ = free_port();
    write("root.zone",
          "$ORIGIN .\n$TTL 300\n@ SOA ns.sweep. admin.sweep. 1 3600 600 86400 60\n"
          "@ NS ns.sweep.\nns.sweep. A 127.0.0.1\n" +
              records);
    write("nsd.conf", nsd_configuration());
    write("unbound.conf", unbound_configuration());
    nsd_ = start({"nsd", "-d", "-c", (folder_ / "nsd.conf").string()});
    await("nsd.log", "nsd started");
    unbound_ = start({"unbound", "-d", "-c", (folder_ / "unbound.conf").string()});
    await("unbound.log", "start of service");
  }
  RealResolver(const RealResolver&) = delete;
  RealResolver& operator=(const RealResolver&) = delete;
  ~RealResolver() {
    end(unbound_);
    end(nsd_);
    std::error_code error;
    std::filesystem::remove_all(folder_, error);
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::uint16_t authority_port() const { return authority_port_; }
  void end_resolver() { end(unbound_); }
  void end_authority() { end(nsd_); }

 private:
  void write(const char* file, const std::string& text) const {
    std::ofstream(folder_ / file) << text;
  }

  [[nodiscard]] std::string nsd_configuration() const {
    const std::string here = folder_.string();
    return "server:\n  ip-address: 127.0.0.1@" + std::to_string(authority_port_) +
           "\n  username: \"\"\n  chroot: \"\"\n  pidfile: \"\"\n  database: \"\"\n  zonesdir: \"" +
           here + "\"\n  xfrdfile: \"" + here + "/xfrd.state\"\n  xfrdir: \"" + here +
           "\"\n  zonelistfile: \"" + here + "/zone.list\"\n  logfile: \"" + here +
           "/nsd.log\"\nremote-control:\n  control-enable: no\n"
           "zone:\n  name: \".\"\n  zonefile: \"root.zone\"\n";
  }
  [[nodiscard]] std::string unbound_configuration() const {
    const std::string here = folder_.string();
    return "server:\n  interface: 127.0.0.1\n  port: " + std::to_string(port_) +
           "\n  do-daemonize: no\n  username: \"\"\n  chroot: \"\"\n  pidfile: \"\"\n"
           "  use-syslog: no\n  directory: \"" +
           here + "\"\n  logfile: \"" + here +
           "/unbound.log\"\n  module-config: \"iterator\"\n  do-not-query-localhost: no\n"
           "  do-ip6: no\n  so-rcvbuf: 4m\n  msg-cache-size: 128m\n  rrset-cache-size: 256m\n"
           "  outgoing-range: 4096\n  num-queries-per-thread: 2048\n"
           "stub-zone:\n  name: \".\"\n  stub-addr: 127.0.0.1@" +
           std::to_string(authority_port_) + "\n";
  }

  static pid_t start(const std::vector<std::string>& words) {
    const std::string program = (prefix() / "sbin" / words[0]).string();
    std::string libraries;
    for (const auto& entry : std::filesystem::directory_iterator(prefix() / "lib")) {
      if (entry.is_directory()) libraries += entry.path().string() + ":";
    }
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    INVARIANT(child >= 0);
    if (child != 0) return child;
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(1);
    ::setenv("LD_LIBRARY_PATH", libraries.c_str(), 1);
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    ::execv(program.c_str(), arguments.data());
    ::_exit(127);
  }

  void await(const char* log, const std::string& mark) const {
    bool ready = false;
    for (int i = 0; i < 600 && !ready; ++i) {
      std::ifstream input(folder_ / log);
      const std::string text{std::istreambuf_iterator<char>(input), {}};
      ready = text.find(mark) != text.npos;
      if (!ready) ::usleep(50'000);
    }
    INVARIANT(ready);  // It started.
  }

  static void end(pid_t& process) {
    if (process <= 0) return;
    ::kill(process, SIGTERM);
    ::waitpid(process, nullptr, 0);
    process = 0;
  }

  std::filesystem::path folder_;
  std::uint16_t authority_port_ = 0;
  std::uint16_t port_ = 0;
  pid_t nsd_ = 0;
  pid_t unbound_ = 0;
};

}  // namespace mxsweep::dns
