// SPDX-License-Identifier: MIT
// Without TLS: what is refused, what has no server, and what waits for what. The answers of servers
// are in tests/program/fetch_test.py.
#include "mxsweep/fetch/fetcher.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "mxsweep/ring/socket.h"
#include "support/catch.h"

namespace mxsweep::fetch {
namespace {

constexpr int kGenerousMs = 60'000;
const Address kLoopback = ipv4(0x7F000001);

// Accepts connections and sends nothing; or has its port only, where connections are refused.
class SilentServer {
 public:
  explicit SilentServer(bool listens = true) : descriptor_(ring::open_tcp(Family::ipv4)) {
    const ring::SocketAddress any_port = ring::socket_address(kLoopback, 0);
    const auto* const place = reinterpret_cast<const sockaddr*>(&any_port.storage);
    REQUIRE(::bind(descriptor_, place, any_port.octets) == 0);
    if (listens) REQUIRE(::listen(descriptor_, 128) == 0);
  }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;
  ~SilentServer() {
    for (const int connection : connections_) ::close(connection);
    ::close(descriptor_);
  }

  [[nodiscard]] std::uint16_t port() const {
    sockaddr_in place{};
    socklen_t octets = sizeof place;
    REQUIRE(::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&place), &octets) == 0);
    return ntohs(place.sin_port);
  }
  void accept() {
    pollfd polled{.fd = descriptor_, .events = POLLIN, .revents = 0};
    REQUIRE(::poll(&polled, 1, kGenerousMs) == 1);
    connections_.push_back(::accept(descriptor_, nullptr, nullptr));
    REQUIRE(connections_.back() >= 0);
  }
  // Whether a connection waits to be accepted.
  [[nodiscard]] bool has_another() const {
    pollfd polled{.fd = descriptor_, .events = POLLIN, .revents = 0};
    return ::poll(&polled, 1, 0) == 1;
  }
  void close_one() {
    ::close(connections_.front());
    connections_.erase(connections_.begin());
  }

 private:
  int descriptor_;
  std::vector<int> connections_;
};

// A fetcher with its eventfd, which may visit loopback addresses.
struct Fetching {
  explicit Fetching(FetcherOptions options = {}) {
    scope.allow_private = true;
    if (options.scope == nullptr) options.scope = &scope;
    REQUIRE(bell >= 0);
    REQUIRE(fetcher.open(options, bell).ok());
  }
  Fetching(const Fetching&) = delete;
  Fetching& operator=(const Fetching&) = delete;
  ~Fetching() {
    fetcher.stop();
    ::close(bell);
  }

  void begin(std::uint64_t ticket, std::vector<Address> addresses,
             const std::string& host = "mta-sts.example.net",
             const std::string& path = "/.well-known/mta-sts.txt") {
    fetcher.begin(
        {.ticket = ticket, .host = host, .path = path, .addresses = std::move(addresses)});
  }
  Fetched result() {
    Fetched fetched;
    while (!fetcher.take(fetched)) {
      pollfd polled{.fd = bell, .events = POLLIN, .revents = 0};
      REQUIRE(::poll(&polled, 1, kGenerousMs) == 1);
      std::uint64_t rings = 0;
      REQUIRE(::read(bell, &rings, sizeof rings) == sizeof rings);
    }
    return fetched;
  }

  scope::Scope scope;
  int bell = ::eventfd(0, EFD_CLOEXEC);
  Fetcher fetcher;
};

// While it exists, no other process listens there.
std::uint16_t closed_port() {
  static const SilentServer closed(false);
  return closed.port();
}

TEST_CASE("a private address is not asked without permission", "[fetch]") {
  const scope::Scope global_only;
  Fetching fetching({.scope = &global_only, .port = closed_port()});
  for (const char* const text : {"127.0.0.1", "::1", "10.1.2.3", "169.254.169.254", "fd00::1",
                                 "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:a00:1::"}) {
    CAPTURE(text);
    fetching.begin(1, {*parse_address(text)});
    const Fetched fetched = fetching.result();
    CHECK(fetched.outcome == FetchOutcome::refused);
    CHECK(fetched.address.family == Family::none);
    CHECK(fetched.why == std::string("no address that may be visited: ") + text);
  }
}

TEST_CASE("without a scope only global addresses are asked", "[fetch]") {
  Fetcher fetcher;
  const int bell = ::eventfd(0, EFD_CLOEXEC);
  REQUIRE(fetcher.open({}, bell).ok());
  fetcher.begin({.ticket = 7, .host = "a.example", .path = "/", .addresses = {kLoopback}});
  std::uint64_t rings = 0;
  REQUIRE(::read(bell, &rings, sizeof rings) == sizeof rings);
  Fetched fetched;
  REQUIRE(fetcher.take(fetched));
  CHECK(fetched.ticket == 7);
  CHECK(fetched.outcome == FetchOutcome::refused);
  CHECK(fetcher.waiting() == 0);
  fetcher.stop();
  ::close(bell);
}

TEST_CASE("an address of no host is not asked even where private ones are", "[fetch]") {
  Fetching fetching({.port = closed_port()});
  fetching.begin(1, {*parse_address("0.0.0.0"), *parse_address("224.0.0.1"), Address{}});
  CHECK(fetching.result().outcome == FetchOutcome::refused);
}

TEST_CASE("what is excluded is not asked, by name, alias or address", "[fetch]") {
  scope::Scope scope;
  scope.allow_private = true;
  scope.excluded.suffixes.add("example.org");
  scope.excluded.prefixes.add({kLoopback, kLoopback});
  scope.freeze();
  Fetching fetching({.scope = &scope, .port = closed_port()});
  fetching.begin(1, {*parse_address("127.0.0.2")}, "mta-sts.example.org");
  const Fetched by_name = fetching.result();
  CHECK(by_name.outcome == FetchOutcome::refused);
  CHECK(by_name.why == "the name is excluded");
  fetching.begin(2, {kLoopback});
  CHECK(fetching.result().outcome == FetchOutcome::refused);
  fetching.fetcher.begin({.ticket = 3,
                          .host = "mta-sts.example.net",
                          .path = "/",
                          .addresses = {*parse_address("127.0.0.2")},
                          .aliases = {"a.example.net", "sts.example.org"}});
  CHECK(fetching.result().why == "the name is excluded");
  fetching.begin(4, {kLoopback, *parse_address("127.0.0.2")});
  const Fetched elsewhere = fetching.result();
  CHECK(elsewhere.outcome == FetchOutcome::unreachable);
  CHECK(elsewhere.address == *parse_address("127.0.0.2"));
}

TEST_CASE("an address of a name of our own is asked although it is private", "[fetch]") {
  scope::Scope scope;
  scope.own.suffixes.add("example.net");
  scope.freeze();
  Fetching fetching({.scope = &scope, .port = closed_port()});
  fetching.begin(1, {kLoopback});
  CHECK(fetching.result().outcome == FetchOutcome::unreachable);
}

TEST_CASE("a name without an address cannot be reached", "[fetch]") {
  Fetching fetching;
  fetching.begin(1, {});
  const Fetched fetched = fetching.result();
  CHECK(fetched.outcome == FetchOutcome::unreachable);
  CHECK(fetched.why == "the name has no address");
}

TEST_CASE("what would change the meaning of a URL is not asked", "[fetch]") {
  Fetching fetching({.port = closed_port()});
  for (const std::string host : {"", "a b", "a.example/x", "user@a.example", "a.example:1",
                                 "127.0.0.1", "[::1]", "a\r\nb", "a..b"}) {
    CAPTURE(host);
    fetching.begin(1, {kLoopback}, host);
    CHECK(fetching.result().outcome == FetchOutcome::refused);
  }
  for (const std::string path : {"", "x", "/a b", "/a\r\nX: y", "/\x80", "/#x"}) {
    CAPTURE(path);
    fetching.begin(1, {kLoopback}, "a.example", path);
    CHECK(fetching.result().outcome == FetchOutcome::refused);
  }
}

TEST_CASE("a refused connection is unreachable, after all addresses", "[fetch]") {
  Fetching fetching({.port = closed_port()});
  fetching.begin(1, {kLoopback, *parse_address("127.0.0.2"), kLoopback});
  const Fetched fetched = fetching.result();
  CHECK(fetched.outcome == FetchOutcome::unreachable);
  CHECK(fetched.address == *parse_address("127.0.0.2"));
  CHECK(fetched.status == 0);
  CHECK(fetched.took > Duration::zero());
  CHECK(fetched.why == "127.0.0.2: Connection refused");
}

TEST_CASE("a server that never speaks is a timeout", "[fetch]") {
  const SilentServer server;
  Fetching fetching({.port = server.port(), .connect = std::chrono::milliseconds{50}});
  fetching.begin(1, {kLoopback});
  const Fetched fetched = fetching.result();
  CHECK(fetched.outcome == FetchOutcome::timeout);
  CHECK(fetched.took >= std::chrono::milliseconds{50});
  CHECK(fetched.why == "no TLS handshake in time");
}

TEST_CASE("an address with three time-outs in a row is not asked for a while", "[fetch]") {
  const SilentServer server;
  Fetching fetching(
      {.port = server.port(), .connect = std::chrono::milliseconds{50}, .per_address = 1});
  constexpr int kRequests = 20;
  for (int ticket = 0; ticket < kRequests; ++ticket) {
    fetching.begin(static_cast<std::uint64_t>(ticket), {kLoopback});
  }
  int not_sent = 0;
  for (int i = 0; i < kRequests; ++i) {
    const Fetched fetched = fetching.result();
    CHECK(fetched.outcome == FetchOutcome::timeout);
    if (fetched.why.starts_with("not sent")) ++not_sent;
  }
  CHECK(not_sent == kRequests - 3);
}

TEST_CASE("an address has two connections at once however many requests wait", "[fetch]") {
  SilentServer server;
  Fetching fetching({.port = server.port()});
  for (std::uint64_t ticket = 0; ticket < 6; ++ticket) fetching.begin(ticket, {kLoopback});
  for (int round = 0; round < 4; ++round) {
    if (round == 0) server.accept();
    server.accept();
    CHECK_FALSE(server.has_another());
    server.close_one();
    const Fetched fetched = fetching.result();
    CHECK((fetched.outcome == FetchOutcome::tls || fetched.outcome == FetchOutcome::closed));
  }
  CHECK(fetching.fetcher.waiting() == 2);
}

TEST_CASE("a stop ends what is under way and what waits, at once", "[fetch]") {
  SilentServer server;
  Fetching fetching({.port = server.port()});
  for (std::uint64_t ticket = 0; ticket < kWaitingMax; ++ticket) {
    REQUIRE_FALSE(fetching.fetcher.full());
    fetching.begin(ticket, {kLoopback});
  }
  CHECK(fetching.fetcher.full());
  server.accept();
  fetching.fetcher.stop();
  Fetched fetched;
  CHECK_FALSE(fetching.fetcher.take(fetched));
  CHECK(fetching.fetcher.waiting() == 0);
}

TEST_CASE("a descriptor that this machine lacks is not the server's fault", "[fetch]") {
  Fetching fetching({.port = closed_port()});
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none = {.rlim_cur = 3, .rlim_max = before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  fetching.begin(1, {kLoopback});
  const Fetched fetched = fetching.result();
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(fetched.outcome == FetchOutcome::local);
  CHECK(fetched.why == "127.0.0.1: Too many open files");
}

}  // namespace
}  // namespace mxsweep::fetch
