// SPDX-License-Identifier: MIT
#include "mxsweep/names/names.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "mxsweep/ring/clock.h"
#include "mxsweep/ring/socket.h"
#include "support/catch.h"

namespace mxsweep::names {
namespace {

// A loopback port without a listener: the kernel refuses at once.
NameOptions without_resolver(Duration patience) {
  NameOptions options;
  options.resolver.servers = {{ipv4(0x7f000001), 1}};
  options.patience = patience;
  return options;
}

// Takes queries, and answers none.
class SilentResolver {
 public:
  SilentResolver() {
    const ring::SocketAddress any_port = ring::socket_address(ipv4(0x7f000001), 0);
    const auto* const place = reinterpret_cast<const sockaddr*>(&any_port.storage);
    REQUIRE(::bind(descriptor_, place, any_port.octets) == 0);
  }
  SilentResolver(const SilentResolver&) = delete;
  SilentResolver& operator=(const SilentResolver&) = delete;
  ~SilentResolver() { ::close(descriptor_); }

  [[nodiscard]] std::uint16_t port() const {
    sockaddr_in place{};
    socklen_t octets = sizeof place;
    REQUIRE(::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&place), &octets) == 0);
    return ntohs(place.sin_port);
  }

 private:
  int descriptor_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

targets::Target named(const std::string& name) {
  targets::Target target;
  target.set_words(name, "", "");
  return target;
}

TEST_CASE("with a resolver that never answers every name fails as our own fault, however many",
          "[names]") {
  Names names(without_resolver(std::chrono::milliseconds{300}));
  REQUIRE(names.open(-1).ok());
  constexpr int kNames = 200;
  int begun = 0;
  int resolved = 0;
  for (int turns = 0; resolved < kNames; ++turns) {
    REQUIRE(turns < 100'000);
    while (begun < kNames && !names.full()) {
      names.begin(named("n" + std::to_string(begun++) + ".test"), ring::now());
    }
    names.turn(std::chrono::milliseconds{20});
    for (std::vector<Resolved> servers; names.take(servers); ++resolved) {
      REQUIRE(servers.size() == 1);
      CHECK(servers[0].cause == Cause::local_resolver_unreachable);
      CHECK(servers[0].task.target.dns_us != targets::Target::kNotResolved);
    }
  }
  CHECK(names.waiting() == 0);
}

TEST_CASE("while our own network has failed, the silence of our resolver does not count",
          "[names]") {
  constexpr Duration kPatience = std::chrono::milliseconds{200};
  Names names(without_resolver(kPatience));
  REQUIRE(names.open(-1).ok());
  names.excuse_silence(true);
  const Instant began = ring::now();
  names.begin(named("host.test"), began);
  std::vector<Resolved> servers;
  while (ring::now() - began < 5 * kPatience) {
    names.turn(std::chrono::milliseconds{20});
    REQUIRE(!names.take(servers));
  }
  CHECK(names.is_stuck());
  names.excuse_silence(false);
  for (int turns = 0; !names.take(servers); ++turns) {
    REQUIRE(turns < 100'000);
    names.turn(std::chrono::milliseconds{20});
  }
  CHECK(servers[0].cause == Cause::local_resolver_unreachable);
  CHECK(!names.is_stuck());
}

TEST_CASE("no more names are begun when their targets hold too many octets", "[names]") {
  Names names(without_resolver(std::chrono::minutes{1}));
  REQUIRE(names.open(-1).ok());
  const std::string meta(30'000, 'm');
  std::size_t begun = 0;
  while (!names.full()) {
    targets::Target target;
    target.set_words(std::string(64, 'a') + std::to_string(begun++), "", meta);
    names.begin(std::move(target), ring::now());
  }
  CHECK(begun * meta.size() > kNamesOctetsMax * 9 / 10);
  CHECK(begun * meta.size() < kNamesOctetsMax + 2 * meta.size());
  std::vector<Resolved> servers;
  for (std::size_t taken = 0; taken < begun; ++taken) REQUIRE(names.take(servers));
  CHECK_FALSE(names.full());
}

TEST_CASE("no more names are begun than keep the resolver busy", "[names]") {
  const SilentResolver resolver;
  NameOptions options;
  options.resolver.servers = {{ipv4(0x7f000001), resolver.port()}};
  Names names(options);
  REQUIRE(names.open(-1).ok());
  std::size_t begun = 0;
  while (!names.full()) names.begin(named("n" + std::to_string(begun++) + ".test"), ring::now());
  constexpr std::size_t kQuestions = 2;  // Of a host: its IPv4 and its IPv6 addresses.
  CHECK(kQuestions * begun >= kQueuedMax);
  CHECK(kQuestions * begun <= kQueuedMax + 2 * dns::ResolverOptions().in_flight_max);
}

TEST_CASE("a name that no host can have fails without a query", "[names]") {
  Names names(without_resolver(std::chrono::minutes{1}));
  REQUIRE(names.open(-1).ok());
  names.begin(named(std::string(64, 'a') + ".test:587"), ring::now());
  std::vector<Resolved> servers;
  REQUIRE(names.take(servers));
  REQUIRE(servers.size() == 1);
  CHECK(servers[0].cause == Cause::dns_name_invalid);
  CHECK(servers[0].task.target.text().ends_with(":587"));
}

}  // namespace
}  // namespace mxsweep::names
