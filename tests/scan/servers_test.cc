// SPDX-License-Identifier: MIT
#include "scan/servers.h"

#include <malloc.h>

#include <cerrno>
#include <string>
#include <utility>

#include "mxsweep/tls/engine.h"
#include "mxsweep/tls/issue.h"
#include "mxsweep/tls/server.h"
#include "support/catch.h"

namespace mxsweep::scan {
namespace {

constexpr std::size_t kPlenty = 1 << 20;
using targets::TlsMode;

Task errand_to(std::uint32_t host, const std::string& name = {}, std::uint64_t line = 1) {
  Task task;
  task.target.address = ipv4(0x7f000000 + host);
  task.target.port = 25;
  task.target.line = line;
  task.target.set_words("list says", name, {});
  return task;
}

// Visits as a worker makes them, with an end of each in memory.
class Visitor {
 public:
  explicit Visitor(std::size_t octets_max) : servers(plan_, octets_max) {
    REQUIRE(tls_.open({}).ok());
    plan_.tls = &tls_;
  }

  // Refused, so that no TLS was begun; or reset right after TLS was.
  probe::Probe visited(const targets::Target& target, TlsMode mode) {
    targets::Target own = target;
    own.tls = mode;
    probe::Probe probe(plan_, own);
    (void)probe.on_started(Instant{});
    if (mode == TlsMode::implicit) (void)probe.on_connected(Instant{});
    const int error = mode == TlsMode::implicit ? ECONNRESET : ECONNREFUSED;
    REQUIRE(probe.on_error(error, Instant{}).done);
    return probe;
  }

  // Implicit TLS with a certificate for one name, until it was shown.
  probe::Probe shown(const targets::Target& target, const std::string& name) {
    const tls::IssuedCertificate issued = tls::issue({.common_name = name, .dns_names = {name}});
    tls::Server server;
    REQUIRE(server.open({.chain_pem = issued.certificate_pem, .key_pem = issued.key_pem}).ok());
    targets::Target own = target;
    own.tls = TlsMode::implicit;
    probe::Probe probe(plan_, own);
    tls::Engine engine(server);
    (void)probe.on_started(Instant{});
    probe::Wants wants = probe.on_connected(Instant{});
    for (int turns = 0; probe.chain() == nullptr; ++turns) {
      REQUIRE(turns < 10);
      std::string clear;
      (void)engine.advance(wants.send, clear);
      const std::string octets = std::exchange(engine.outgoing(), {});
      wants = probe.on_bytes(octets, Instant{});
    }
    REQUIRE(probe.on_interrupted(Instant{}).done);
    return probe;
  }

  // What becomes of a task: "visited", "known", or "waits".
  std::string sent(Task task, TlsMode mode = TlsMode::off) {
    const Servers::Place place = servers.place(task, mode);
    if (place.known != nullptr) return "known";
    if (place.to_visit == nullptr) return "waits";
    const std::string name(task.target.name());
    servers.settle(*place.to_visit, name, visited(task.target, mode));
    return "visited";
  }

 private:
  tls::Client tls_;
  probe::Plan plan_{"scanner.example.net"};

 public:
  Servers servers;
};

TEST_CASE("a server is visited once, and whoever comes meanwhile waits", "[scan][servers]") {
  Visitor visitor(kPlenty);
  Servers& servers = visitor.servers;
  Task first = errand_to(1);
  const Servers::Place place = servers.place(first, TlsMode::off);
  REQUIRE(place.to_visit != nullptr);
  for (std::uint64_t line = 2; line < 5; ++line) {
    CHECK(visitor.sent(errand_to(1, "a name that does not matter", line)) == "waits");
  }
  CHECK(servers.waiting() == 3);
  CHECK_FALSE(servers.has_settled());
  servers.settle(*place.to_visit, {}, visitor.visited(first.target, TlsMode::off));
  Task waited;
  for (std::uint64_t line = 2; line < 5; ++line) {
    REQUIRE(servers.take_settled(waited));
    CHECK(waited.target.line == line);
    probe::Probe* const known = servers.place(waited, TlsMode::off).known;
    REQUIRE(known != nullptr);
    CHECK(known->record(waited.target.name()).cause == Cause::net_refused);
  }
  CHECK_FALSE(servers.take_settled(waited));
  CHECK(servers.waiting() == 0);
  CHECK(visitor.sent(errand_to(1)) == "known");
}

TEST_CASE("another address, port or way to begin TLS is another server", "[scan][servers]") {
  Visitor visitor(kPlenty);
  CHECK(visitor.sent(errand_to(1)) == "visited");
  CHECK(visitor.sent(errand_to(2)) == "visited");
  Task other_port = errand_to(1);
  other_port.target.port = 587;
  CHECK(visitor.sent(std::move(other_port)) == "visited");
  CHECK(visitor.sent(errand_to(1), TlsMode::implicit) == "visited");
  CHECK(visitor.sent(errand_to(1)) == "known");
}

TEST_CASE("what was not learned for our own fault is forgotten, and who waited goes there",
          "[scan][servers]") {
  Visitor visitor(kPlenty);
  Servers& servers = visitor.servers;
  Task first = errand_to(1);
  Task second = errand_to(1);
  const Servers::Place place = servers.place(first, TlsMode::off);
  CHECK(servers.place(second, TlsMode::off).to_visit == nullptr);
  servers.forget(*place.to_visit);
  Task waited;
  REQUIRE(servers.take_settled(waited));
  const Servers::Place again = servers.place(waited, TlsMode::off);
  REQUIRE(again.to_visit != nullptr);
  servers.forget(*again.to_visit);
  CHECK_FALSE(servers.take_settled(waited));
  CHECK(servers.octets() == 0);
  CHECK(servers.forgotten() == 0);
  CHECK(visitor.sent(errand_to(1)) == "visited");
}

TEST_CASE("a name counts once TLS was begun, until three names were shown the same",
          "[scan][servers]") {
  Visitor visitor(kPlenty);
  CHECK(visitor.sent(errand_to(1, "a.test"), TlsMode::implicit) == "visited");
  CHECK(visitor.sent(errand_to(1, "b.test"), TlsMode::implicit) == "visited");
  CHECK(visitor.sent(errand_to(1, "a.test"), TlsMode::implicit) == "known");
  CHECK(visitor.sent(errand_to(1), TlsMode::implicit) == "visited");
  CHECK(visitor.sent(errand_to(1, "c.test"), TlsMode::implicit) == "known");
  CHECK(visitor.sent(errand_to(1, "d.test"), TlsMode::implicit) == "known");
}

TEST_CASE("a server with a certificate for each name is visited by each; the oldest is forgotten",
          "[scan][servers]") {
  Visitor visitor(kPlenty);
  Servers& servers = visitor.servers;
  const auto name_of = [](std::size_t number) { return "n" + std::to_string(number) + ".test"; };
  const auto is_known = [&](std::size_t number) {
    Task task = errand_to(1, name_of(number));
    const Servers::Place place = servers.place(task, TlsMode::implicit);
    if (place.to_visit != nullptr) servers.forget(*place.to_visit);
    return place.known != nullptr;
  };
  for (std::size_t number = 0; number < kNamesKept + 2; ++number) {
    Task task = errand_to(1, name_of(number));
    const Servers::Place place = servers.place(task, TlsMode::implicit);
    REQUIRE(place.to_visit != nullptr);
    servers.settle(*place.to_visit, task.target.name(),
                   visitor.shown(task.target, name_of(number)));
    CHECK(is_known(number));
  }
  CHECK(servers.forgotten() == 2);
  CHECK(is_known(0));
  CHECK_FALSE(is_known(1));
  CHECK_FALSE(is_known(2));
  CHECK(is_known(3));
  CHECK(is_known(kNamesKept + 1));
}

TEST_CASE("who waited with a name of their own goes there next, and the others wait on",
          "[scan][servers]") {
  Visitor visitor(kPlenty);
  Servers& servers = visitor.servers;
  Task first = errand_to(1, "a.test");
  const Servers::Place place = servers.place(first, TlsMode::implicit);
  for (const char* const name : {"b.test", "a.test", "c.test"}) {
    CHECK(visitor.sent(errand_to(1, name), TlsMode::implicit) == "waits");
  }
  servers.settle(*place.to_visit, "a.test", visitor.visited(first.target, TlsMode::implicit));
  std::string became;
  for (Task waited; servers.take_settled(waited);) {
    const std::string name(waited.target.name());
    became += name + " " + visitor.sent(std::move(waited), TlsMode::implicit) + ", ";
  }
  CHECK(became == "b.test visited, a.test known, c.test visited, ");
}

TEST_CASE("beyond its memory it forgets the server that was not asked for for the longest time",
          "[scan][servers]") {
  Visitor one(kPlenty);
  CHECK(one.sent(errand_to(1)) == "visited");
  const std::size_t octets_each = one.servers.octets();

  Visitor visitor(3 * octets_each);
  for (std::uint32_t host = 1; host <= 3; ++host) CHECK(visitor.sent(errand_to(host)) == "visited");
  CHECK(visitor.sent(errand_to(1)) == "known");
  CHECK(visitor.servers.forgotten() == 0);
  CHECK(visitor.sent(errand_to(4)) == "visited");
  CHECK(visitor.servers.forgotten() == 1);
  CHECK(visitor.sent(errand_to(1)) == "known");
  CHECK(visitor.sent(errand_to(3)) == "known");
  CHECK(visitor.sent(errand_to(2)) == "visited");
  for (std::uint32_t host = 10; host < 1000; ++host) {
    CHECK(visitor.sent(errand_to(host)) == "visited");
    CHECK(visitor.servers.octets() <= 3 * octets_each);
  }
}

TEST_CASE("a bound that holds nothing still answers those who waited", "[scan][servers]") {
  Visitor visitor(0);
  Servers& servers = visitor.servers;
  Task first = errand_to(1, "a.test");
  const Servers::Place place = servers.place(first, TlsMode::implicit);
  CHECK(visitor.sent(errand_to(1, "a.test"), TlsMode::implicit) == "waits");
  servers.settle(*place.to_visit, "a.test", visitor.visited(first.target, TlsMode::implicit));
  Task waited;
  REQUIRE(servers.take_settled(waited));
  CHECK(visitor.sent(std::move(waited), TlsMode::implicit) == "known");
  CHECK_FALSE(servers.take_settled(waited));
  CHECK(servers.octets() == 0);
  CHECK(visitor.sent(errand_to(1, "a.test"), TlsMode::implicit) == "visited");
}

// What this program has allocated; nothing under sanitizers, which have an allocator of their own.
std::size_t allocated_now() { return ::mallinfo2().uordblks + ::mallinfo2().hblkhd; }

void expect_counted(std::size_t counted, std::size_t before) {
  const std::size_t after = allocated_now();
  if (before == 0 || after <= before) return;
  const auto real = static_cast<double>(after - before);
  CHECK(static_cast<double>(counted) > 0.9 * real);
  CHECK(static_cast<double>(counted) < 1.2 * real);
}

TEST_CASE("waiting tasks are counted as they weigh, whatever the list says of them",
          "[scan][servers]") {
  for (const std::size_t meta : {0U, 10U, 200U, 5000U, 30'000U}) {
    CAPTURE(meta);
    Visitor visitor(kPlenty);
    Servers& servers = visitor.servers;
    Task first = errand_to(1);
    REQUIRE(servers.place(first, TlsMode::off).to_visit != nullptr);
    const std::string text(meta, 'm');
    const std::size_t before = allocated_now();
    for (int line = 0; line < 100; ++line) {
      Task task = errand_to(1);
      task.target.set_words("mx.example.test", "", text);
      task.path = std::make_unique<Path>();
      task.path->domain = "a-domain-of-some-length.example.test";
      CHECK(servers.place(task, TlsMode::off).to_visit == nullptr);
    }
    expect_counted(servers.waiting_octets(), before);
    CHECK(servers.full() == (servers.waiting_octets() > kPlenty / 2));
  }
}

TEST_CASE("what is learned of servers is counted as it weighs", "[scan][servers]") {
  for (const TlsMode mode : {TlsMode::off, TlsMode::implicit}) {
    Visitor visitor(std::size_t{1} << 30U);
    REQUIRE(visitor.sent(errand_to(1, "a.test"), mode) == "visited");
    const std::size_t counted_before = visitor.servers.octets();
    const std::size_t before = allocated_now();
    for (std::uint32_t host = 2; host < 1000; ++host) {
      REQUIRE(visitor.sent(errand_to(host, "a.name.of.some.length.test"), mode) == "visited");
    }
    expect_counted(visitor.servers.octets() - counted_before, before);
  }
}

TEST_CASE("waiting tasks take the place of what was learned, not a place beside it",
          "[scan][servers]") {
  Visitor one(kPlenty);
  CHECK(one.sent(errand_to(1)) == "visited");
  const std::size_t bound = 10 * one.servers.octets();
  Visitor visitor(bound);
  Servers& servers = visitor.servers;
  for (std::uint32_t host = 1; host <= 10; ++host) {
    CHECK(visitor.sent(errand_to(host)) == "visited");
  }
  CHECK(servers.forgotten() == 0);
  Task visiting = errand_to(99);
  REQUIRE(servers.place(visiting, TlsMode::off).to_visit != nullptr);
  while (!servers.full()) {
    CHECK(visitor.sent(errand_to(99)) == "waits");
    CHECK(servers.octets() + servers.waiting_octets() <= bound);
  }
  CHECK(servers.forgotten() > 0);
}

}  // namespace
}  // namespace mxsweep::scan
