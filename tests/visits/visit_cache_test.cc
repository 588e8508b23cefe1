// SPDX-License-Identifier: MIT
#include "mxsweep/visits/visit_cache.h"

#include <malloc.h>

#include <cerrno>
#include <fstream>
#include <string>
#include <utility>

#include "mxsweep/probe/conversation.h"
#include "mxsweep/tls/engine.h"
#include "mxsweep/tls/issue.h"
#include "mxsweep/tls/server.h"
#include "support/catch.h"

namespace mxsweep::visits {
namespace {

constexpr std::size_t kPlenty = 1 << 20;
using targets::TlsMode;

// A line of a list that leads to a server and may wait for its visit.
struct Line {
  targets::Target target;
};

std::size_t octets_held(const Line& line) { return line.target.octets_held(); }

Line line_to(std::uint32_t host, const std::string& name = {}, std::uint64_t number = 1) {
  Line line;
  line.target.address = ipv4(0x7f000000 + host);
  line.target.port = 25;
  line.target.line = number;
  line.target.set_words("list says", name, {});
  return line;
}

// Visits as a worker makes them, with results made in memory.
class Visitor {
 public:
  explicit Visitor(std::size_t octets_max) : servers(octets_max) {
    REQUIRE(tls_.open({}).ok());
    plan_.tls = &tls_;
  }

  // Refused, so that no TLS was begun; or reset right after TLS was.
  probe::Observation visited(const targets::Target& target, TlsMode mode) {
    targets::Target own = target;
    own.tls = mode;
    probe::Conversation probe(plan_, own);
    (void)probe.on_started(Instant{});
    if (mode == TlsMode::implicit) (void)probe.on_connected(Instant{});
    const int error = mode == TlsMode::implicit ? ECONNRESET : ECONNREFUSED;
    REQUIRE(probe.on_error(error, Instant{}).done);
    return probe.take_observation();
  }

  // Implicit TLS, until a certificate for one name was received.
  probe::Observation shown(const targets::Target& target, const std::string& name) {
    const tls::IssuedCertificate issued = tls::issue({.common_name = name, .dns_names = {name}});
    tls::Server server;
    REQUIRE(server.open({.chain_pem = issued.certificate_pem, .key_pem = issued.key_pem}).ok());
    targets::Target own = target;
    own.tls = TlsMode::implicit;
    probe::Conversation probe(plan_, own);
    tls::Engine engine(server);
    (void)probe.on_started(Instant{});
    probe::Wants wants = probe.on_connected(Instant{});
    for (int turns = 0; probe.observation().chain() == nullptr; ++turns) {
      REQUIRE(turns < 10);
      std::string clear;
      (void)engine.advance(wants.send, clear);
      const std::string octets = std::exchange(engine.outgoing(), {});
      wants = probe.on_bytes(octets, Instant{});
    }
    REQUIRE(probe.on_interrupted(Instant{}).done);
    return probe.take_observation();
  }

  VisitCache<Line>::Answer place(Line& line, TlsMode mode) {
    const targets::Target& target = line.target;
    return servers.look_up({.address = target.address, .port = target.port, .mode = mode},
                           target.name(), line);
  }

  // The result of a line: "visited", "known", or "waits".
  std::string sent(Line line, TlsMode mode = TlsMode::off) {
    const VisitCache<Line>::Answer answer = place(line, mode);
    if (answer.known != nullptr) return "known";
    if (answer.to_visit == nullptr) return "waits";
    const std::string name(line.target.name());
    servers.complete_visit(*answer.to_visit, name, visited(line.target, mode));
    return "visited";
  }

 private:
  tls::Client tls_;
  probe::Plan plan_{"scanner.example.net"};

 public:
  VisitCache<Line> servers;
};

TEST_CASE("a server is visited once, and other lines that lead to it wait meanwhile", "[visits]") {
  Visitor visitor(kPlenty);
  VisitCache<Line>& servers = visitor.servers;
  Line first = line_to(1);
  const VisitCache<Line>::Answer answer = visitor.place(first, TlsMode::off);
  REQUIRE(answer.to_visit != nullptr);
  for (std::uint64_t line = 2; line < 5; ++line) {
    CHECK(visitor.sent(line_to(1, "a name that does not matter", line)) == "waits");
  }
  CHECK(servers.waiting() == 3);
  CHECK_FALSE(servers.has_ready());
  servers.complete_visit(*answer.to_visit, {}, visitor.visited(first.target, TlsMode::off));
  Line waited;
  for (std::uint64_t line = 2; line < 5; ++line) {
    REQUIRE(servers.pop_ready(waited));
    CHECK(waited.target.line == line);
    const probe::Observation* const known = visitor.place(waited, TlsMode::off).known;
    REQUIRE(known != nullptr);
    CHECK(known->record(waited.target.name()).cause == Cause::net_refused);
  }
  CHECK_FALSE(servers.pop_ready(waited));
  CHECK(servers.waiting() == 0);
  CHECK(visitor.sent(line_to(1)) == "known");
}

TEST_CASE("another address, port or way to begin TLS is another server", "[visits]") {
  Visitor visitor(kPlenty);
  CHECK(visitor.sent(line_to(1)) == "visited");
  CHECK(visitor.sent(line_to(2)) == "visited");
  Line other_port = line_to(1);
  other_port.target.port = 587;
  CHECK(visitor.sent(std::move(other_port)) == "visited");
  CHECK(visitor.sent(line_to(1), TlsMode::implicit) == "visited");
  CHECK(visitor.sent(line_to(1)) == "known");
}

TEST_CASE("an abandoned visit leaves no result, and the line that waited is visited next",
          "[visits]") {
  Visitor visitor(kPlenty);
  VisitCache<Line>& servers = visitor.servers;
  Line first = line_to(1);
  Line second = line_to(1);
  const VisitCache<Line>::Answer answer = visitor.place(first, TlsMode::off);
  CHECK(visitor.place(second, TlsMode::off).to_visit == nullptr);
  servers.abandon_visit(*answer.to_visit);
  Line waited;
  REQUIRE(servers.pop_ready(waited));
  const VisitCache<Line>::Answer again = visitor.place(waited, TlsMode::off);
  REQUIRE(again.to_visit != nullptr);
  servers.abandon_visit(*again.to_visit);
  CHECK_FALSE(servers.pop_ready(waited));
  CHECK(servers.octets() == 0);
  CHECK(servers.forgotten() == 0);
  CHECK(visitor.sent(line_to(1)) == "visited");
}

TEST_CASE("a name matters once TLS began, until three names got the same certificate", "[visits]") {
  Visitor visitor(kPlenty);
  CHECK(visitor.sent(line_to(1, "a.test"), TlsMode::implicit) == "visited");
  CHECK(visitor.sent(line_to(1, "b.test"), TlsMode::implicit) == "visited");
  CHECK(visitor.sent(line_to(1, "a.test"), TlsMode::implicit) == "known");
  CHECK(visitor.sent(line_to(1), TlsMode::implicit) == "visited");
  CHECK(visitor.sent(line_to(1, "c.test"), TlsMode::implicit) == "known");
  CHECK(visitor.sent(line_to(1, "d.test"), TlsMode::implicit) == "known");
}

TEST_CASE("a server with a certificate per name is visited under each; the oldest is forgotten",
          "[visits]") {
  Visitor visitor(kPlenty);
  VisitCache<Line>& servers = visitor.servers;
  const auto name_of = [](std::size_t number) { return "n" + std::to_string(number) + ".test"; };
  const auto is_known = [&](std::size_t number) {
    Line line = line_to(1, name_of(number));
    const VisitCache<Line>::Answer answer = visitor.place(line, TlsMode::implicit);
    if (answer.to_visit != nullptr) servers.abandon_visit(*answer.to_visit);
    return answer.known != nullptr;
  };
  for (std::size_t number = 0; number < kNamesKept + 2; ++number) {
    Line line = line_to(1, name_of(number));
    const VisitCache<Line>::Answer answer = visitor.place(line, TlsMode::implicit);
    REQUIRE(answer.to_visit != nullptr);
    servers.complete_visit(*answer.to_visit, line.target.name(),
                           visitor.shown(line.target, name_of(number)));
    CHECK(is_known(number));
  }
  CHECK(servers.forgotten() == 2);
  CHECK(is_known(0));
  CHECK_FALSE(is_known(1));
  CHECK_FALSE(is_known(2));
  CHECK(is_known(3));
  CHECK(is_known(kNamesKept + 1));
}

TEST_CASE("a waiting line with another name is visited next, and the others go on waiting",
          "[visits]") {
  Visitor visitor(kPlenty);
  VisitCache<Line>& servers = visitor.servers;
  Line first = line_to(1, "a.test");
  const VisitCache<Line>::Answer answer = visitor.place(first, TlsMode::implicit);
  for (const char* const name : {"b.test", "a.test", "c.test"}) {
    CHECK(visitor.sent(line_to(1, name), TlsMode::implicit) == "waits");
  }
  servers.complete_visit(*answer.to_visit, "a.test",
                         visitor.visited(first.target, TlsMode::implicit));
  std::string became;
  for (Line waited; servers.pop_ready(waited);) {
    const std::string name(waited.target.name());
    became += name + " " + visitor.sent(std::move(waited), TlsMode::implicit) + ", ";
  }
  CHECK(became == "b.test visited, a.test known, c.test visited, ");
}

TEST_CASE("when its memory is full it forgets the least recently looked up server", "[visits]") {
  Visitor one(kPlenty);
  CHECK(one.sent(line_to(1)) == "visited");
  const std::size_t octets_each = one.servers.octets();

  Visitor visitor(3 * octets_each);
  for (std::uint32_t host = 1; host <= 3; ++host) CHECK(visitor.sent(line_to(host)) == "visited");
  CHECK(visitor.sent(line_to(1)) == "known");
  CHECK(visitor.servers.forgotten() == 0);
  CHECK(visitor.sent(line_to(4)) == "visited");
  CHECK(visitor.servers.forgotten() == 1);
  CHECK(visitor.sent(line_to(1)) == "known");
  CHECK(visitor.sent(line_to(3)) == "known");
  CHECK(visitor.sent(line_to(2)) == "visited");
  for (std::uint32_t host = 10; host < 1000; ++host) {
    CHECK(visitor.sent(line_to(host)) == "visited");
    CHECK(visitor.servers.octets() <= 3 * octets_each);
  }
}

TEST_CASE("a bound without room for a result still serves the lines that waited", "[visits]") {
  Visitor visitor(0);
  VisitCache<Line>& servers = visitor.servers;
  Line first = line_to(1, "a.test");
  const VisitCache<Line>::Answer answer = visitor.place(first, TlsMode::implicit);
  CHECK(visitor.sent(line_to(1, "a.test"), TlsMode::implicit) == "waits");
  servers.complete_visit(*answer.to_visit, "a.test",
                         visitor.visited(first.target, TlsMode::implicit));
  Line waited;
  REQUIRE(servers.pop_ready(waited));
  CHECK(visitor.sent(std::move(waited), TlsMode::implicit) == "known");
  CHECK_FALSE(servers.pop_ready(waited));
  CHECK(servers.octets() == 0);
  CHECK(visitor.sent(line_to(1, "a.test"), TlsMode::implicit) == "visited");
}

// The octets that this program has allocated; 0 under sanitizers, which replace the allocator.
std::size_t allocated_now() { return ::mallinfo2().uordblks + ::mallinfo2().hblkhd; }

void expect_counted(std::size_t counted, std::size_t before, std::size_t after) {
  if (before == 0 || after <= before) return;
  const auto real = static_cast<double>(after - before);
  CHECK(static_cast<double>(counted) > 0.9 * real);
  CHECK(static_cast<double>(counted) < 1.2 * real);
}

TEST_CASE("waiting lines count with the memory they take, however long they are", "[visits]") {
  for (const std::size_t meta : {0U, 10U, 200U, 5000U, 30'000U}) {
    CAPTURE(meta);
    Visitor visitor(kPlenty);
    VisitCache<Line>& servers = visitor.servers;
    Line first = line_to(1);
    REQUIRE(visitor.place(first, TlsMode::off).to_visit != nullptr);
    const std::string text(meta, 'm');
    const std::size_t before = allocated_now();
    for (int number = 0; number < 100; ++number) {
      Line line = line_to(1);
      line.target.set_words("mx.example.test", "", text);
      CHECK(visitor.place(line, TlsMode::off).to_visit == nullptr);
    }
    expect_counted(servers.waiting_octets(), before, allocated_now());
    CHECK(servers.full() == (servers.waiting_octets() > kPlenty / 2));
  }
}

// Servers are kept in large pieces of memory, of which only what is used becomes resident. The
// figure of /proc/self/statm is one of the kernel's estimates.
std::size_t resident_now() {
  if (allocated_now() == 0) return 0;
  std::ifstream rollup("/proc/self/smaps_rollup");
  std::string word;
  std::size_t kilobytes = 0;
  while (rollup >> word && word != "Rss:") continue;
  rollup >> kilobytes;
  return kilobytes * 1024;
}

TEST_CASE("observations count with the memory they take", "[visits]") {
  // About 25 MB, so that free memory in the allocator does not matter.
  for (const auto& [mode, hosts] :
       {std::pair{TlsMode::off, 200'000U}, {TlsMode::implicit, 40'000U}}) {
    Visitor visitor(std::size_t{1} << 30U);
    REQUIRE(visitor.sent(line_to(1, "a.test"), mode) == "visited");
    const std::size_t counted_before = visitor.servers.octets();
    const std::size_t before = resident_now();
    for (std::uint32_t host = 2; host < hosts; ++host) {
      REQUIRE(visitor.sent(line_to(host, "a.name.of.some.length.test"), mode) == "visited");
    }
    expect_counted(visitor.servers.octets() - counted_before, before, resident_now());
  }
}

TEST_CASE("waiting lines take memory from observations, not additional memory", "[visits]") {
  Visitor one(kPlenty);
  CHECK(one.sent(line_to(1)) == "visited");
  const std::size_t bound = 10 * one.servers.octets();
  Visitor visitor(bound);
  VisitCache<Line>& servers = visitor.servers;
  for (std::uint32_t host = 1; host <= 10; ++host) {
    CHECK(visitor.sent(line_to(host)) == "visited");
  }
  CHECK(servers.forgotten() == 0);
  Line visiting = line_to(99);
  REQUIRE(visitor.place(visiting, TlsMode::off).to_visit != nullptr);
  while (!servers.full()) {
    CHECK(visitor.sent(line_to(99)) == "waits");
    CHECK(servers.octets() + servers.waiting_octets() <= bound);
  }
  CHECK(servers.forgotten() > 0);
}

}  // namespace
}  // namespace mxsweep::visits
