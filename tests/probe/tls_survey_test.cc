// SPDX-License-Identifier: MIT
#include "mxsweep/probe/tls_survey.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mxsweep/probe/hello_exchange.h"
#include "mxsweep/tls/fingerprint.h"
#include "probe/secure_pair.h"
#include "support/catch.h"

namespace {

using namespace mxsweep;
using namespace mxsweep::probe;
using tls::Known;

constexpr std::size_t kPieces[] = {1, 7, 100'000};

const Plan& plan() {
  static const Plan it("scanner.example.net");
  return it;
}

struct Exchanged {
  tls::ServerAnswer answer;
  Outcome outcome;
  Phase phase;
  Cause cause;
  std::string lines;
};

Exchanged exchange(const ServerBehaviour& behaviour, std::size_t piece,
                   const tls::HelloSpec& hello =
                       tls::fingerprint_hello(tls::FingerprintHello::everything, "mx.test")) {
  HelloExchange exchange(tls::client_hello(hello, 1));
  Plan own = plan();
  own.exchange = &exchange;
  SecurePair pair(own, behaviour, "mx.test", piece);
  const results::Record record = pair.talk();
  return {exchange.flight.answer(), record.outcome, record.phase, record.cause, pair.lines};
}

// A survey of servers that behave like this.
class Surveying {
 public:
  explicit Surveying(const ServerBehaviour& behaviour, const std::vector<std::string>& names = {})
      : behaviour_(behaviour) {
    targets::Target target;
    target.port = 25;
    target.set_words("192.0.2.1", "mx.test", {});
    REQUIRE(clients_.open({}).ok());
    SecurePair first(plan(), behaviour, "mx.test", 100'000);
    first.talk();
    const Observation seen = first.take_observation();
    REQUIRE(TlsSurvey::can_follow(seen));
    survey.emplace(plan(), target, clients_, seen, names);
  }

  // After next(): makes that conversation. Returns what it showed.
  Observation talk() {
    SecurePair pair(survey->plan(), behaviour_, survey->target().name(), 100'000);
    pair.talk();
    return pair.take_observation();
  }

 private:
  ServerBehaviour behaviour_;
  SurveyClients clients_;

 public:
  std::optional<TlsSurvey> survey;
};

// Makes all conversations of a survey.
tls::Enumeration survey(const ServerBehaviour& behaviour,
                        const std::vector<std::string>& names = {}) {
  Surveying surveying(behaviour, names);
  while (surveying.survey->next()) surveying.survey->on_end(surveying.talk());
  return surveying.survey->result();
}

ServerBehaviour with_two_ciphers() {
  ServerBehaviour behaviour;
  behaviour.tls.ciphers =
      "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-CIPHER-ALL:+AES-256-GCM:+AES-128-GCM:"
      "-KX-ALL:+ECDHE-ECDSA";
  return behaviour;
}

}  // namespace

TEST_CASE("a hello of ours is answered, and the conversation ends", "[probe][survey]") {
  for (const std::size_t piece : kPieces) {
    for (const bool implicit : {false, true}) {
      ServerBehaviour behaviour;
      behaviour.implicit = implicit;
      const Exchanged seen = exchange(behaviour, piece);
      CAPTURE(piece, implicit);
      CHECK(seen.answer.kind == tls::ServerAnswer::Kind::hello);
      CHECK(seen.answer.version == tls::kTls13);
      CHECK(seen.outcome == Outcome::ok);
      CHECK(seen.lines.find("QUIT") == std::string::npos);
    }
  }
}

TEST_CASE("an alert is an answer", "[probe][survey]") {
  for (const std::size_t piece : kPieces) {
    ServerBehaviour behaviour;
    behaviour.tls.version_max = tls::Version::tls1_2;
    tls::HelloSpec hello;
    hello.only_1_3 = true;
    hello.ciphers = {0x1301};
    const Exchanged seen = exchange(behaviour, piece, hello);
    CHECK(seen.answer.kind == tls::ServerAnswer::Kind::alert);
    CHECK(seen.outcome == Outcome::ok);
  }
}

TEST_CASE("what is no answer has its cause", "[probe][survey]") {
  struct Case {
    ServerBehaviour behaviour;
    Cause cause;
  };
  std::vector<Case> cases(4);
  cases[0].behaviour.hello = "454 4.7.0 TLS not available\r\n";
  cases[0].cause = Cause::tls_not_tls;
  cases[1].behaviour.hello_closes = true;
  cases[1].cause = Cause::net_closed_early;
  cases[2].behaviour.hello_hangs = true;
  cases[2].cause = Cause::protocol_silent;
  cases[3].behaviour.hello = std::string("\x16\x03\x03\x00\x00", 5);
  cases[3].cause = Cause::tls_malformed;
  for (const Case& row : cases) {
    for (const std::size_t piece : kPieces) {
      const Exchanged seen = exchange(row.behaviour, piece);
      CAPTURE(to_string(row.cause), to_string(seen.cause), piece);
      CHECK(seen.answer.kind == tls::ServerAnswer::Kind::none);
      CHECK(seen.cause == row.cause);
      CHECK(seen.phase == Phase::tls);
    }
  }
}

TEST_CASE("a survey finds what the server was configured with", "[probe][survey]") {
  const tls::Enumeration found = survey(with_two_ciphers(), {"other.test"});
  CHECK(found.complete);
  CHECK(found.stopped == Cause::none);
  REQUIRE(found.versions.size() == 5);
  CHECK(found.versions[0].ciphers.size() == 2);
  CHECK(found.versions[1].ciphers.size() == 2);
  CHECK(tls::group_text(found.versions[1].ciphers[0].group) == "X25519");
  CHECK(found.versions[2].accepted == Known::no);
  CHECK(found.ja4s.starts_with("t1302"));
  CHECK(found.fingerprint.starts_with("mx1:"));
  // This server has neither tickets nor a store of sessions.
  REQUIRE(found.resumption.size() == 2);
  CHECK(found.resumption[0].resumed == Known::no);
  REQUIRE(found.leaves.size() == 3);
  CHECK(found.leaves[0].server_name == "mx.test");
  CHECK(found.leaves[1].server_name.empty());
  CHECK(found.leaves[2].server_name == "other.test");
  CHECK(found.leaves[2].sha256 == found.leaves[0].sha256);
}

TEST_CASE("a survey of a server that refuses us says why it ended", "[probe][survey]") {
  targets::Target target;
  target.port = 25;
  target.set_words("192.0.2.1", "mx.test", {});
  SurveyClients clients;
  REQUIRE(clients.open({}).ok());
  SecurePair first(plan(), {}, "mx.test", 100'000);
  first.talk();
  TlsSurvey survey(plan(), target, clients, first.take_observation(), {});
  ServerBehaviour behaviour;
  behaviour.starttls = "454 4.7.0 too many connections\r\n";
  while (survey.next()) {
    SecurePair pair(survey.plan(), behaviour, "mx.test", 100'000);
    pair.talk();
    survey.on_end(pair.take_observation());
  }
  const tls::Enumeration& found = survey.result();
  CHECK_FALSE(found.complete);
  CHECK(found.stopped != Cause::none);
  CHECK(found.stopped_in == Phase::starttls);
  CHECK(found.connections == 2);
  for (const tls::VersionSupport& row : found.versions) CHECK(row.accepted == Known::not_known);
}

TEST_CASE("a survey that is cut off says so, and keeps what it found", "[probe][survey]") {
  const std::size_t all = survey(with_two_ciphers()).connections;
  for (std::size_t made = 0; made < all; ++made) {
    Surveying surveying(with_two_ciphers());
    for (std::size_t i = 0; i < made; ++i) {
      REQUIRE(surveying.survey->next());
      surveying.survey->on_end(surveying.talk());
    }
    REQUIRE(surveying.survey->next());
    const tls::Enumeration& found = surveying.survey->result();
    CAPTURE(made);
    CHECK(found.stopped == Cause::local_interrupted);
    CHECK(found.versions.size() == 5);
    CHECK(found.leaves.size() >= 1);
    if (made > 0) CHECK_FALSE(found.versions[0].ciphers.empty());
  }
}

TEST_CASE("a conversation of a survey can be made again", "[probe][survey]") {
  const tls::Enumeration once = survey(with_two_ciphers());
  Surveying surveying(with_two_ciphers());
  while (surveying.survey->next()) {
    if (surveying.survey->plan().exchange != nullptr) {
      // It was cut off in a record that had just begun.
      using namespace std::string_view_literals;
      surveying.survey->plan().exchange->flight.read("\x16\x03\x03\x00"sv);
    } else {
      surveying.talk();
    }
    surveying.survey->begin_again();
    surveying.survey->on_end(surveying.talk());
  }
  const tls::Enumeration& again = surveying.survey->result();
  CHECK(again.complete);
  CHECK(again.fingerprint == once.fingerprint);
  CHECK(again.connections == once.connections);
  REQUIRE(again.resumption.size() == once.resumption.size());
  for (std::size_t i = 0; i < once.resumption.size(); ++i)
    CHECK(again.resumption[i].resumed == once.resumption[i].resumed);
}

TEST_CASE("an observation keeps a survey for each of its records", "[probe][survey]") {
  SecurePair pair(plan(), {}, "mx.test", 100'000);
  pair.talk();
  Observation seen = pair.take_observation();
  CHECK(seen.record("mx.test").tls_enumeration == nullptr);
  const std::size_t before = seen.octets_held();
  seen.keep(survey(with_two_ciphers()));
  CHECK(seen.octets_held() > before + 500);
  REQUIRE(seen.record("other.test").tls_enumeration != nullptr);
  CHECK(seen.record("other.test").tls_enumeration->complete);
}

TEST_CASE("the memory of a survey is bounded", "[probe][survey]") {
  Surveying surveying({});
  std::size_t most = 0;
  while (surveying.survey->next()) {
    most = std::max(most, surveying.survey->octets_held());
    surveying.survey->on_end(surveying.talk());
  }
  CAPTURE(most);
  CHECK(most < 8 * 1024);
}
