// SPDX-License-Identifier: MIT
#include "mxsweep/tls/enumerator.h"

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/cause.h"
#include "mxsweep/tls/client_hello.h"
#include "mxsweep/tls/first_flight.h"
#include "support/catch.h"
#include "tls/joined.h"

namespace {

using namespace mxsweep;
using namespace mxsweep::tls;

ServerAnswer answer_of(const Server& server, const HelloSpec& hello) {
  Engine engine(server);
  std::string clear;
  engine.advance(client_hello(hello, 1), clear);
  FirstFlight flight;
  flight.read(engine.outgoing());
  return flight.answer();
}

ServerAnswer refusal(std::uint8_t alert) {
  ServerAnswer answer;
  answer.kind = ServerAnswer::Kind::alert;
  answer.alert = alert;
  return answer;
}

ServerAnswer choice(std::uint16_t version, std::uint16_t cipher) {
  ServerAnswer answer;
  answer.kind = ServerAnswer::Kind::hello;
  answer.version = version;
  answer.cipher = cipher;
  return answer;
}

// A server with a list of ciphers for each version, in its own order or in the client's.
struct ListedServer {
  struct Row {
    std::uint16_t version;
    std::vector<std::uint16_t> ciphers;
  };
  std::vector<Row> rows;  // The highest version first.
  bool own_order = true;

  [[nodiscard]] ServerAnswer answer(const HelloSpec& hello) const {
    for (const Row& row : rows) {
      if (row.version > hello.version_max || (hello.only_1_3 && row.version != kTls13)) continue;
      const auto& first = own_order ? row.ciphers : hello.ciphers;
      const auto& second = own_order ? hello.ciphers : row.ciphers;
      for (const std::uint16_t cipher : first) {
        if (std::find(second.begin(), second.end(), cipher) != second.end())
          return choice(row.version, cipher);
      }
      return refusal(40);
    }
    return refusal(70);
  }
};

Enumeration enumerate(const std::function<void(const HelloSpec&, Enumerator&)>& server) {
  Enumerator enumerator("mx1.example.net");
  while (const HelloSpec* const hello = enumerator.next()) server(*hello, enumerator);
  return enumerator.take_result();
}

Enumeration enumerate(const ListedServer& server) {
  return enumerate([&](const HelloSpec& hello, Enumerator& enumerator) {
    enumerator.on_answer(server.answer(hello));
  });
}

std::vector<std::uint16_t> numbers(const VersionSupport& row) {
  std::vector<std::uint16_t> all;
  for (const AcceptedCipher& cipher : row.ciphers) all.push_back(cipher.number);
  return all;
}

const ListedServer kModern{{{kTls13, {0x1302, 0x1303, 0x1301}}, {kTls12, {0xc02f, 0xc030}}}};

}  // namespace

TEST_CASE("every version and cipher of a server is found", "[tls][enumerator]") {
  const Enumeration found = enumerate(kModern);
  CHECK(found.complete);
  REQUIRE(found.versions.size() == 5);
  CHECK(numbers(found.versions[0]) == kModern.rows[0].ciphers);
  CHECK(numbers(found.versions[1]) == kModern.rows[1].ciphers);
  CHECK(found.versions[0].order == CipherOrder::server);
  CHECK(found.versions[1].order == CipherOrder::server);
  for (std::size_t i = 2; i < 5; ++i) CHECK(found.versions[i].accepted == Known::no);
}

TEST_CASE("a server that follows the client's order is seen to do so", "[tls][enumerator]") {
  ListedServer server = kModern;
  server.own_order = false;
  const Enumeration found = enumerate(server);
  CHECK(found.complete);
  CHECK(found.versions[0].ciphers.size() == 3);
  CHECK(found.versions[0].order == CipherOrder::client);
  CHECK(found.versions[1].order == CipherOrder::client);
}

// Each pair of version and cipher, a refusal for each version, one for those below, and the four
// hellos of the fingerprint that were not needed for these.
TEST_CASE("no more connections are made than knowledge needs", "[tls][enumerator]") {
  CHECK(enumerate(kModern).connections == 3 + 1 + 2 + 1 + 1 + 4);
  // TLS 1.2 is found by its first cipher, without a connection for TLS 1.3.
  CHECK(enumerate({{{kTls12, {0xc02f}}}}).connections == 1 + 1 + 1 + 5);
  // Nothing is accepted: one alert refuses all versions.
  CHECK(enumerate(ListedServer{}).connections == 1);
}

TEST_CASE("a version that is left out between two others is a no", "[tls][enumerator]") {
  const Enumeration found = enumerate({{{kTls12, {0x2f}}, {kTls10, {0x0a, 0x2f}}}});
  CHECK(found.complete);
  CHECK(found.versions[0].accepted == Known::no);
  CHECK(found.versions[1].accepted == Known::yes);
  CHECK(found.versions[2].accepted == Known::no);
  CHECK(numbers(found.versions[3]) == std::vector<std::uint16_t>{0x0a, 0x2f});
  CHECK(found.versions[4].accepted == Known::no);
}

TEST_CASE("a server that has TLS 1.3 and prefers TLS 1.2 is asked for TLS 1.3 alone",
          "[tls][enumerator]") {
  const Enumeration found = enumerate([](const HelloSpec& hello, Enumerator& enumerator) {
    if (hello.version_max == kTls13 && !hello.only_1_3) {
      ServerAnswer answer = choice(kTls12, 0xc02f);
      answer.could_do_1_3 = true;
      return enumerator.on_answer(answer);
    }
    enumerator.on_answer(
        ListedServer{{{kTls13, {0x1301}}, {kTls12, {0xc02f, 0xc030}}}}.answer(hello));
  });
  CHECK(found.complete);
  CHECK(numbers(found.versions[0]) == std::vector<std::uint16_t>{0x1301});
  CHECK(numbers(found.versions[1]) == std::vector<std::uint16_t>{0xc02f, 0xc030});
}

TEST_CASE("a refusal for another reason is no answer", "[tls][enumerator]") {
  // From the third hello on, TLS 1.3 fails.
  const auto found_with = [](const std::function<void(Enumerator&)>& fail) {
    int hellos = 0;
    return enumerate([&](const HelloSpec& hello, Enumerator& enumerator) {
      if (hello.version_max == kTls13 && ++hellos > 2) return fail(enumerator);
      enumerator.on_answer(kModern.answer(hello));
    });
  };
  const std::function<void(Enumerator&)> failures[] = {
      [](Enumerator& it) { it.on_failure(Phase::tls, Cause::net_reset); },
      [](Enumerator& it) { it.on_failure(Phase::tls, Cause::net_closed_early); },
      [](Enumerator& it) { it.on_failure(Phase::tls, Cause::protocol_silent); },
      [](Enumerator& it) { it.on_answer(refusal(80)); },           // internal_error
      [](Enumerator& it) { it.on_answer(refusal(112)); },          // unrecognized_name
      [](Enumerator& it) { it.on_answer(choice(kTls13, 0x9c)); },  // Not of this version.
      [](Enumerator& it) { it.on_answer(choice(kTls12, 0x1302)); },
      [](Enumerator& it) { it.on_answer(choice(kTls13, 0x1399)); },  // Not offered.
  };
  for (const auto& fail : failures) {
    const Enumeration found = found_with(fail);
    CHECK_FALSE(found.complete);
    CHECK(found.versions[0].accepted == Known::yes);
    CHECK_FALSE(found.versions[0].complete);
    CHECK(found.versions[0].ciphers.size() == 2);
    CHECK(found.versions[1].complete);
  }
}

TEST_CASE("a fingerprint has no gaps", "[tls][enumerator]") {
  const auto found_with = [](Cause cause) {
    return enumerate([&](const HelloSpec& hello, Enumerator& enumerator) {
      if (hello.bare) return enumerator.on_failure(Phase::tls, cause);
      enumerator.on_answer(kModern.answer(hello));
    });
  };
  CHECK(found_with(Cause::protocol_silent).complete);
  CHECK(found_with(Cause::protocol_silent).fingerprint.empty());
  // To close without an alert, each time, is an answer of its own.
  CHECK(found_with(Cause::net_closed_early).fingerprint.find("-----") != std::string::npos);
}

TEST_CASE("a failure by chance changes nothing", "[tls][enumerator]") {
  bool fails = false;
  const Enumeration found = enumerate([&](const HelloSpec& hello, Enumerator& enumerator) {
    fails = !fails;
    if (fails) return enumerator.on_failure(Phase::greeting, Cause::throttled_connections);
    enumerator.on_answer(kModern.answer(hello));
  });
  const Enumeration plain = enumerate(kModern);
  CHECK(found.complete);
  CHECK(found.connections == 2 * plain.connections);
  CHECK(found.fingerprint == plain.fingerprint);
}

TEST_CASE("a server that does not let us in any more ends the enumeration", "[tls][enumerator]") {
  int hellos = 0;
  const Enumeration found = enumerate([&](const HelloSpec& hello, Enumerator& enumerator) {
    if (++hellos > 5) return enumerator.on_failure(Phase::greeting, Cause::throttled_connections);
    enumerator.on_answer(kModern.answer(hello));
  });
  CHECK_FALSE(found.complete);
  CHECK(found.stopped == Cause::throttled_connections);
  CHECK(found.stopped_in == Phase::greeting);
  CHECK(found.connections == 7);
  CHECK(found.versions[1].accepted == Known::yes);
  CHECK(found.versions[2].accepted == Known::not_known);
}

TEST_CASE("the number of connections has a limit", "[tls][enumerator]") {
  Enumerator enumerator({}, 4);
  while (const HelloSpec* const hello = enumerator.next())
    enumerator.on_answer(kModern.answer(*hello));
  const Enumeration found = enumerator.take_result();
  CHECK(found.limit_reached);
  CHECK(found.connections == 4);
  CHECK_FALSE(found.complete);
  // That many are enough for a server that accepts everything that OpenSSL has.
  ListedServer willing;
  willing.rows.push_back({kTls13, {0x1302, 0x1303, 0x1301, 0x1304, 0x1305}});
  std::vector<std::uint16_t> old = ciphers_of(kTls10);
  old.resize(40);
  for (const std::uint16_t version : {kTls12, kTls11, kTls10})
    willing.rows.push_back({version, old});
  CHECK(enumerate(willing).complete);
}

TEST_CASE("a server of the library accepts what it was configured with", "[tls][enumerator]") {
  struct Case {
    std::string_view ciphers;
    Version lowest;
    Version highest;
    std::vector<std::vector<std::uint16_t>> expected;
  };
  const Case cases[] = {
      {"NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM:+CHACHA20-POLY1305",
       Version::tls1_0,
       Version::tls1_3,
       {{0x1301, 0x1303}, {}, {}, {}, {}}},
      {"NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:-CIPHER-ALL:+AES-256-GCM:+AES-128-CBC:"
       "-MAC-ALL:+AEAD:+SHA1",
       Version::tls1_0,
       Version::tls1_3,
       {{}, {0xc009, 0xc02c}, {}, {}, {}}},
      {"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0:-KX-ALL:+ECDHE-ECDSA:"
       "-CIPHER-ALL:+AES-256-GCM:+AES-128-CBC:-MAC-ALL:+AEAD:+SHA1",
       Version::tls1_0,
       Version::tls1_3,
       {{0x1302}, {0xc009, 0xc02c}, {0xc009}, {0xc009}, {}}},
  };
  for (const Case& row : cases) {
    ServerOptions options;
    options.ciphers = row.ciphers;
    options.version_min = row.lowest;
    options.version_max = row.highest;
    const OpenServer server(options);
    const Enumeration found = enumerate([&](const HelloSpec& hello, Enumerator& enumerator) {
      const ServerAnswer answer = answer_of(server, hello);
      REQUIRE(answer.kind != ServerAnswer::Kind::none);
      enumerator.on_answer(answer);
    });
    CHECK(found.complete);
    CHECK_FALSE(found.fingerprint.empty());
    for (std::size_t i = 0; i < row.expected.size(); ++i) {
      std::vector<std::uint16_t> seen = numbers(found.versions[i]);
      std::sort(seen.begin(), seen.end());
      CAPTURE(row.ciphers, i);
      CHECK(seen == row.expected[i]);
    }
  }
}
