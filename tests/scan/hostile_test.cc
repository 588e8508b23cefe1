// SPDX-License-Identifier: MIT
// The probe against servers that do anything, in memory and in virtual time. One number determines
// a conversation: MXSWEEP_HOSTILE_SEED=N scan_test "[hostile]" repeats that one, and
// MXSWEEP_HOSTILE_CONVERSATIONS=N has N of them, from MXSWEEP_HOSTILE_FIRST on. Each is held three
// times, with its octets cut in other ways. One server in ten offers TLS.
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "mxsweep/results/json_writer.h"
#include "mxsweep/tls/client.h"
#include "support/cases.h"
#include "support/catch.h"
#include "support/hostile_persona.h"
#include "support/hostile_talk.h"
#include "support/record_shapes.h"
#include "support/validator.h"

namespace mxsweep::sink {
namespace {

using targets::TlsMode;

constexpr std::uint64_t kConversations = cases_of(10'000);
constexpr int kRepetitions = 1000;
constexpr WallTime kToday{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};
constexpr HostileRules kRules = {
    .times = {.shorter = std::chrono::seconds{2}, .longer = std::chrono::seconds{150}}};

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// What a sweep may be asked for; the usual comes most often.
std::vector<probe::Plan> plans(tls::Client& client) {
  std::vector<probe::Plan> plans(8, probe::Plan("scanner.test"));
  plans.emplace_back("scanner.test").depth = probe::Depth::mail;
  for (const char* const foreign : {"", "postmaster@elsewhere.test"}) {
    const smtp::Envelope envelope{
        .octets = 1000, .recipient = "postmaster@mx.test", .foreign_recipient = foreign};
    plans.emplace_back("scanner.test", envelope).depth =
        envelope.foreign_recipient.empty() ? probe::Depth::rcpt : probe::Depth::relay;
  }
  for (probe::Plan& plan : plans) {
    plan.tls = &client;
    plan.wall_at_zero = kToday;
  }
  plans[3].tls_mode = TlsMode::starttls;
  plans[3].require_valid = true;
  plans[4].tls_mode = TlsMode::off;
  plans[4].keep_all_replies = true;
  plans[5].depth = probe::Depth::ehlo;
  plans[6].depth = probe::Depth::greeting;
  plans[6].greeting_timeout = std::chrono::seconds{5};
  plans[7].keep_all_replies = true;
  plans[7].chain_detail = results::ChainDetail::digest;
  plans[7].session_timeout = std::chrono::seconds{20};
  return plans;
}

class Hostile {
 public:
  Hostile() : tls_(kToday) {
    REQUIRE(client_.open({.authorities = *tls::read_authorities(tls_.root_pem())}).ok());
    plans_ = plans(client_);
  }

  void play(std::uint64_t seed) {
    const HostilePersona hostile(seed, tls_, kRules);
    Random random(mix(~seed));
    const probe::Plan& plan = plans_[random.below(static_cast<std::uint32_t>(plans_.size()))];
    targets::Target target;
    target.address = *parse_address("192.0.2.1");
    target.port = hostile.client_begins_with_tls() ? 465 : 25;
    target.tls = hostile.client_begins_with_tls() ? TlsMode::implicit : TlsMode::from_flags;
    target.set_words("192.0.2.1", "mx.test", {});
    HostileWire wire = harm(random);
    const std::uint32_t others = random.below(32) == 0 ? probe::kBurstConnections : 0;

    INFO("MXSWEEP_HOSTILE_SEED=" << seed);
    HostileTalk whole(hostile.persona(), plan, target, wire, others);
    talk(whole, target);
    keep(whole, target);
    wire.seed = seed;
    for (const auto cut : {HostileWire::Cut::octets, HostileWire::Cut::pieces}) {
      wire.cut = cut;
      HostileTalk same(hostile.persona(), plan, target, wire, others);
      talk(same, target);
      std::string other = difference(whole, same);
      // Keys and signatures are random, and so is what harmed octets of a handshake mean.
      for (int again = 0; again < kRepetitions && !other.empty() && whole.record().tls; ++again) {
        wire.cut = HostileWire::Cut::whole;
        HostileTalk repeated(hostile.persona(), plan, target, wire, others);
        talk(repeated, target);
        if (difference(repeated, same).empty()) other.clear();
      }
      if (!other.empty()) {
        INFO(line_of(whole, target));
        INFO(line_of(same, target));
        FAIL("another cut, and this differs: " << other);
      }
    }
  }

  [[nodiscard]] const results::RecordShapes& shapes() const { return shapes_; }
  [[nodiscard]] std::uint64_t secured() const { return secured_; }
  [[nodiscard]] std::uint64_t ended_in(Phase phase) const {
    return ended_in_[static_cast<std::size_t>(phase)];
  }

 private:
  static HostileWire harm(Random& random) {
    HostileWire wire;
    if (random.below(8) != 0) return wire;
    wire.harm = static_cast<HostileWire::Harm>(1 + random.below(4));
    wire.harmed_send = random.below(7);
    wire.harmed_at = random.below(1U << random.below(11));
    return wire;
  }

  static void talk(HostileTalk& talk, const targets::Target& target) {
    talk.talk();
    if (talk.wrong().empty()) return;
    FAIL(talk.wrong() << " " << (talk.observation().ended() ? line_of(talk, target) : ""));
  }

  static std::string line_of(const HostileTalk& talk, const targets::Target& target) {
    results::Record record = talk.record();
    record.target = target.text();
    record.line = 1;
    record.ip = target.address;
    record.port = target.port;
    record.attempt = 1;
    record.at = kToday;
    std::string line;
    results::append_json(record, line);
    return line;
  }

  void keep(const HostileTalk& talk, const targets::Target& target) {
    const results::Record record = talk.record();
    ++ended_in_[static_cast<std::size_t>(record.phase)];
    if (record.tls && record.tls->session.cipher_id != 0) ++secured_;
    const std::string line = line_of(talk, target);
    INFO(line);
    if (!shapes_.add(line)) FAIL("no JSON, or a key twice");
  }

  HostileTls tls_;
  tls::Client client_;
  std::vector<probe::Plan> plans_;
  results::RecordShapes shapes_;
  std::array<std::uint64_t, kPhaseCount> ended_in_{};
  std::uint64_t secured_ = 0;
};

TEST_CASE(
    "a conversation with a hostile server ends, keeps all limits and its turn, and has one valid "
    "record, whose verdict does not depend on how the octets are cut",
    "[scan][hostile]") {
  Hostile hostile;
  if (const std::uint64_t one = number_of("MXSWEEP_HOSTILE_SEED", 0); one != 0) {
    return hostile.play(one);
  }
  const std::uint64_t count = number_of("MXSWEEP_HOSTILE_CONVERSATIONS", kConversations);
  const std::uint64_t first = number_of("MXSWEEP_HOSTILE_FIRST", 1);
  for (std::uint64_t seed = first; seed < first + count; ++seed) hostile.play(seed);
  results::expect_judged(hostile.shapes().lines(), {});
  if (count < kConversations) return;
  // Hostile servers are of every kind: many conversations get far.
  CHECK(hostile.secured() > count / 100);
  for (const Phase phase : {Phase::greeting, Phase::ehlo, Phase::starttls, Phase::tls,
                            Phase::ehlo_tls, Phase::mail, Phase::rcpt, Phase::quit}) {
    INFO(to_string(phase));
    CHECK(hostile.ended_in(phase) > count / 1000);
  }
  std::printf(
      "%llu conversations, each cut in three ways; %llu of them under TLS; %zu records of "
      "different shape\n",
      static_cast<unsigned long long>(hostile.shapes().seen()),
      static_cast<unsigned long long>(hostile.secured()), hostile.shapes().lines().size());
}

}  // namespace
}  // namespace mxsweep::sink
