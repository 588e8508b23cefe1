// SPDX-License-Identifier: MIT
// The probe against every persona of the simulated fleet, in memory and in virtual time: no socket,
// no clock, and an hour passes in a microsecond.
#include "mxsweep/sink/persona.h"

#include <cerrno>

#include "mxsweep/probe/probe.h"
#include "mxsweep/sink/session.h"
#include "support/catch.h"

namespace mxsweep {
namespace {

constexpr Duration kOneWay = std::chrono::milliseconds{5};
constexpr int kEventsMax = 2'000'000;  // The longest conversation here is a tarpit's.

// Client and server joined by a wire that takes its time.
class Pair {
 public:
  Pair(const sink::Persona& persona, const probe::Plan& plan, const targets::Target& target)
      : probe_(plan, target), session_(persona, *parse_address("127.0.0.1")) {}

  results::Record talk() {
    client(probe_.on_started(now_));
    now_ += kOneWay;
    client(probe_.on_connected(now_));
    server(session_.on_start(now_));
    for (int events = 0; !wants_.done; ++events) {
      REQUIRE(events < kEventsMax);
      next();
    }
    return probe_.record();
  }

  [[nodiscard]] std::uint32_t out_of_turn() const { return session_.out_of_turn(); }

 private:
  void next() {
    // What was said arrives first; then whoever's time comes first.
    if (!to_client_.empty()) return deliver();
    if (tell_) {
      tell_ = false;
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
    client(probe_.on_bytes(octets, now_));
  }

  void client(const probe::Wants& wants) {
    wants_ = wants;
    to_server_ += wants.send;
  }
  void server(const sink::Reaction& reaction) {
    to_client_ += reaction.send;
    tell_ = reaction.tell;
    wake_ = reaction.wake;
    if (reaction.end != sink::Reaction::End::no) end_ = reaction.end;
  }

  probe::Probe probe_;
  sink::Session session_;
  Instant now_{std::chrono::hours{1}};
  probe::Wants wants_;
  std::string to_client_;
  std::string to_server_;
  bool tell_ = false;
  Instant wake_ = kNever;
  sink::Reaction::End end_ = sink::Reaction::End::no;
};

TEST_CASE("every persona is judged as it should be, and nobody is spoken to out of turn",
          "[scan]") {
  const sink::PersonasRead read = sink::read_personas(sink::builtin_personas());
  REQUIRE(read.error.empty());
  const probe::Plan plan("scanner.test");
  const targets::Target target;
  for (const sink::Persona& persona : read.personas) {
    CAPTURE(persona.name);
    Pair pair(persona, plan, target);
    const results::Record record = pair.talk();
    CHECK(to_string(record.outcome) == to_string(persona.expect.outcome));
    CHECK(to_string(record.phase) == to_string(persona.expect.phase));
    CHECK(to_string(record.cause) == to_string(persona.expect.cause));
    CHECK(pair.out_of_turn() == 0);
    CHECK(record.ms.total <= plan.session_timeout);
  }
}

}  // namespace
}  // namespace mxsweep
