// SPDX-License-Identifier: MIT
// The probe against every persona of the simulated fleet, in memory and in virtual time: no socket,
// no clock, and an hour passes in a microsecond.
#include "mxsweep/sink/persona.h"

#include <cerrno>

#include "mxsweep/probe/conversation.h"
#include "mxsweep/sink/authority.h"
#include "mxsweep/sink/session.h"
#include "mxsweep/tls/client.h"
#include "support/anomaly_words.h"
#include "support/catch.h"
#include "support/kept_records.h"

namespace mxsweep {
namespace {

constexpr Duration kOneWay = std::chrono::milliseconds{5};
constexpr int kEventsMax = 2'000'000;  // The longest conversation here is a tarpit's.

// How the network cuts what the server sends.
struct Wire {
  std::size_t piece = 1'000'000;  // Octets that arrive together.
  Duration gap{};                 // Between two pieces.
};

// Client and server connected by a wire with a delay.
class Pair {
 public:
  Pair(const sink::Persona& persona, const probe::Plan& plan, const targets::Target& target,
       const Wire& wire)
      : target_(target), wire_(wire), probe_(plan, target), session_(persona, target.address) {}

  results::Record talk() {
    client(probe_.on_started(now_));
    now_ += kOneWay;
    client(probe_.on_connected(now_));
    server(session_.on_start(now_));
    for (int events = 0; !wants_.done; ++events) {
      REQUIRE(events < kEventsMax);
      next();
    }
    return probe_.observation().record(target_.name());
  }

  [[nodiscard]] std::uint32_t out_of_turn() const { return session_.out_of_turn(); }

 private:
  void next() {
    // Octets in flight arrive first; then the earlier deadline of the two sides expires.
    if (!to_client_.empty()) return deliver();
    if (report_sent_) {
      report_sent_ = false;
      return server(session_.on_sent(now_));
    }
    if (end_ == sink::Reaction::End::close) return client(probe_.on_closed(now_ += kOneWay));
    if (end_ == sink::Reaction::End::reset) {
      return client(probe_.on_error(ECONNRESET, now_ += kOneWay));
    }
    if (!to_server_.empty()) {
      const std::string octets = std::exchange(to_server_, {});
      now_ += kOneWay;
      return server(session_.on_bytes(octets, now_));
    }
    now_ = std::min(wake_, wants_.deadline);
    REQUIRE(now_ != kNever);
    if (wants_.deadline <= wake_) return client(probe_.on_deadline(now_));
    server(session_.on_timer(now_));
  }

  void deliver() {
    const std::string octets = std::exchange(to_client_, {});
    now_ += kOneWay;
    for (std::size_t at = 0; at < octets.size() && !wants_.done; at += wire_.piece) {
      client(probe_.on_bytes(std::string_view(octets).substr(at, wire_.piece), now_));
      now_ += wire_.gap;
    }
  }

  void client(const probe::Wants& wants) {
    wants_ = wants;
    to_server_ += wants.send;
  }
  void server(const sink::Reaction& reaction) {
    to_client_ += reaction.send;
    report_sent_ = reaction.report_sent;
    wake_ = reaction.wake;
    if (reaction.end != sink::Reaction::End::no) end_ = reaction.end;
  }

  const targets::Target& target_;
  const Wire wire_;
  probe::Conversation probe_;
  sink::Session session_;
  Instant now_{std::chrono::hours{1}};
  probe::Wants wants_;
  std::string to_client_;
  std::string to_server_;
  bool report_sent_ = false;
  Instant wake_ = kNever;
  sink::Reaction::End end_ = sink::Reaction::End::no;
};

const WallTime kToday{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};

void expect_fact(std::string_view what, std::string_view expected, std::string_view seen) {
  INFO(what);
  if (!expected.empty()) CHECK(seen == expected);
}

// A persona that names none shows none, but for how it ends. With TLS from the beginning, the list
// of its file does not hold.
void expect_anomalies(const sink::Persona& persona, const results::Record& record) {
  if (persona.implicit_tls) return;
  AnomalySet expected = persona.expect.anomalies.value_or(AnomalySet{});
  for (const Anomaly of_the_end : {Anomaly::no_221, Anomaly::no_close, Anomaly::no_close_notify,
                                   Anomaly::unsolicited_octets}) {
    if (record.anomalies.has(of_the_end)) expected.add(of_the_end);
  }
  // Servers of this persona have one name between them, which is the name of none.
  if (persona.name == "plain") expected.add(Anomaly::other_name);
  CHECK(words_of(record.anomalies) == words_of(expected));
}

void expect_tls(const sink::ExpectedTls& expected, const results::Record& record) {
  constexpr std::string_view kOffered[] = {"unknown", "yes", "no"};
  expect_fact("offered", expected.offered,
              kOffered[static_cast<std::size_t>(record.starttls_offered)]);
  const tls::Facts facts = !record.tls.has_value() ? tls::Facts{} : *record.tls;
  expect_fact("version", expected.version, facts.session.version);
  expect_fact("verify_error", expected.verify_error, to_string(facts.verify_error));
  if (expected.verified) CHECK(facts.verified == *expected.verified);
  if (expected.name_match) CHECK(facts.name_match == expected.name_match);
}

void expect_all_as_they_are(std::vector<sink::Persona> personas, const probe::Plan& plan) {
  targets::Target target;
  target.address = *parse_address("127.1.2.3");
  target.port = plan.tls_mode == targets::TlsMode::implicit ? 465 : 25;
  target.set_words("127.1.2.3", sink::host_name(target.address), {});
  constexpr Wire kWires[] = {{},
                             {.piece = 1},
                             {.piece = 1, .gap = std::chrono::microseconds{10}},
                             {.piece = 3},
                             {.piece = 7, .gap = std::chrono::microseconds{100}},
                             {.piece = 50},
                             {.piece = 1000, .gap = std::chrono::milliseconds{1}}};
  results::KeptRecords records;
  for (std::size_t i = 0; i < personas.size() * std::size(kWires); ++i) {
    const sink::Persona& persona = personas[i / std::size(kWires)];
    const Wire& wire = kWires[i % std::size(kWires)];
    CAPTURE(persona.name, wire.piece, wire.gap.count());
    Pair pair(persona, plan, target, wire);
    const results::Record record = pair.talk();
    records.add(record);
    CHECK(to_string(record.outcome) == to_string(persona.expect.outcome));
    CHECK(to_string(record.phase) == to_string(persona.expect.phase));
    CHECK(to_string(record.cause) == to_string(persona.expect.cause));
    expect_anomalies(persona, record);
    expect_tls(persona.expect.tls, record);
    CHECK(pair.out_of_turn() == 0);
    CHECK(record.ms.total <= plan.session_timeout);
  }
  records.expect_valid();
}

TEST_CASE(
    "every persona gets the expected verdict however its octets are cut, and receives nothing out "
    "of turn",
    "[scan]") {
  std::vector<sink::Persona> personas = *sink::read_personas(sink::builtin_personas());
  sink::Authority authority(kToday);
  tls::Client client;
  REQUIRE(client.open({.authorities = *tls::read_authorities(authority.root_pem())}).ok());
  probe::Plan plan("scanner.test");
  plan.tls = &client;
  plan.wall_at_zero = kToday;
  SECTION("with STARTTLS where it is offered") {
    REQUIRE(authority.equip(personas).ok());
    expect_all_as_they_are(std::move(personas), plan);
  }
  SECTION("with implicit TLS") {
    plan.tls_mode = targets::TlsMode::implicit;
    sink::begin_with_tls(personas);
    REQUIRE(authority.equip(personas).ok());
    expect_all_as_they_are(std::move(personas), plan);
  }
}

}  // namespace
}  // namespace mxsweep
