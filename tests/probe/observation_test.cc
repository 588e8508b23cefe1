// SPDX-License-Identifier: MIT
#include "mxsweep/probe/observation.h"

#include <cerrno>
#include <optional>
#include <string>
#include <string_view>

#include "mxsweep/probe/conversation.h"
#include "mxsweep/results/json_writer.h"
#include "probe/transcript.h"

namespace mxsweep::probe {
namespace {

Plan plan_with(Depth depth) {
  Plan plan("scanner.test");
  plan.depth = depth;
  return plan;
}

TEST_CASE("an observation of silence takes no memory beside itself", "[probe]") {
  const auto instant = [](int ms) { return Instant{std::chrono::milliseconds{ms}}; };
  const targets::Target target;
  for (const Depth depth : {Depth::connect, Depth::greeting, Depth::ehlo, Depth::tls}) {
    const Plan plan = plan_with(depth);
    for (const std::string end :
         {"refused", "no answer", "connected", "silent", "closed", "stop"}) {
      INFO(end << " at depth " << int(depth));
      Conversation conversation(plan, target);
      Wants wants = conversation.on_started(instant(1000));
      if (end == "refused") wants = conversation.on_error(ECONNREFUSED, instant(1007));
      if (end == "no answer") wants = conversation.on_deadline(conversation.deadline());
      if (!wants.done) wants = conversation.on_connected(instant(1013));
      if (!wants.done && end == "silent") {
        wants = conversation.on_deadline(conversation.deadline());
      }
      if (!wants.done && end == "closed") wants = conversation.on_closed(instant(1020));
      if (!wants.done) wants = conversation.on_interrupted(instant(1030));
      REQUIRE(wants.done);
      const Observation silence = conversation.take_observation();
      CHECK(silence.is_silent());
      CHECK(silence.octets_held() == 0);
      CHECK_FALSE(silence.name_matters());
      CHECK(silence.started() == instant(1000));
    }
  }
  const Plan plan = plan_with(Depth::tls);
  Conversation talking(plan, target);
  (void)talking.on_started(instant(1));
  (void)talking.on_connected(instant(2));
  (void)talking.on_bytes("2", instant(3));
  CHECK(talking.on_closed(instant(4)).done);
  CHECK_FALSE(talking.observation().is_silent());
}

TEST_CASE("an observation outlives its plan and its target, and is the same when it has shrunk",
          "[probe]") {
  const auto line = [](const results::Record& record) {
    std::string text;
    results::append_json(record, text);
    return text;
  };
  std::optional<Observation> observation;
  std::string before;
  {
    const Plan plan("scanner.test");
    Transcript transcript(plan, 1000);
    transcript.play(R"(
      S: 220 mx.test ESMTP
      C: EHLO scanner.test
      S: 502 no
      C: HELO scanner.test
      S: 554 no either
      C: QUIT
      S: 221 bye
      [close]
      = refused ehlo reject.unspecified)");
    before = line(transcript.record());
    observation = transcript.take_observation();
  }
  const std::size_t octets_before = observation->octets_held();
  CHECK(line(observation->record({})) == before);
  observation->move_to(*std::pmr::new_delete_resource());
  CHECK(observation->octets_held() < octets_before);
  CHECK(line(observation->record({})) == before);
  CHECK(observation->code(Phase::greeting) == 220);
  CHECK(observation->reply(Phase::ehlo) == "554 no either\r\n");
  CHECK(observation->reply(Phase::starttls).empty());
  CHECK(observation->unfinished().empty());
}

TEST_CASE("STARTTLS is offered, not offered, or not known", "[probe]") {
  const auto offered = [](const std::string& ehlo) {
    const Plan plan("scanner.test");
    Transcript transcript(plan, 1000);
    transcript.play("S: 220 mx.test\nC: EHLO scanner.test\n" + ehlo);
    return transcript.record().starttls_offered;
  };
  const std::string bye = "C: QUIT\nS: 221 bye\n[close]\n";
  CHECK(offered("S: 250-mx.test\nS: 250 starttls\n" + bye + "= ok quit none") ==
        results::Offered::yes);
  CHECK(offered("S: 250-mx.test\nS: 250 SIZE 1\n" + bye + "= ok quit none") ==
        results::Offered::no);
  CHECK(offered("S: 250 starttls.test\n" + bye + "= ok quit none two_names") ==
        results::Offered::no);
  CHECK(offered("S: 250-mx.test\nS: 250 XXXXXXXA\n" + bye + "= ok quit none masked_keyword") ==
        results::Offered::not_known);
  CHECK(offered("S: 451 later\n" + bye + "= refused ehlo tempfail.unspecified") ==
        results::Offered::not_known);
  CHECK(offered("S: 502 no\nC: HELO scanner.test\nS: 250 mx.test\n" + bye +
                "= ok quit none ehlo_refused") == results::Offered::not_known);
}

TEST_CASE("the record holds what was received and how long each phase took", "[probe]") {
  const Plan plan("scanner.test");
  Transcript transcript(plan, 1000);
  transcript.play(R"(
    S: 220 mx.test ESMTP
    C: EHLO scanner.test
    S: 502 no
    C: HELO scanner.test
    S: 250 mx.test hello
    C: QUIT
    S: 221 bye
    [close]
    = ok quit none ehlo_refused)");
  const results::Record record = transcript.record();
  CHECK(record.replies[Phase::greeting].code == 220);
  CHECK(record.replies[Phase::greeting].octets == "220 mx.test ESMTP\r\n");
  CHECK(record.verb == results::Verb::helo);
  CHECK(record.replies[Phase::ehlo].code == 250);
  CHECK(record.replies[Phase::ehlo].octets == "250 mx.test hello\r\n");
  CHECK(record.reply.octets.empty());
  CHECK(record.bytes_out ==
        std::string_view("EHLO scanner.test\r\nHELO scanner.test\r\nQUIT\r\n").size());
  CHECK(record.ms[Phase::connect] == std::chrono::milliseconds{1});
  CHECK(record.ms[Phase::greeting] == std::chrono::microseconds{100});
  CHECK(record.ms[Phase::ehlo] == std::chrono::microseconds{200});
  CHECK(record.ms[Phase::tls] == results::kNotReached);
  CHECK(record.ms.total == std::chrono::microseconds{1400});
}

TEST_CASE("a refusal carries the reply that decided it", "[probe]") {
  const Plan plan("scanner.test");
  Transcript transcript(plan, 1000);
  transcript.play("S: 421 4.3.2 busy\n[close]\n= refused greeting resources.overload");
  CHECK(transcript.record().reply.code == 421);
  CHECK(transcript.record().reply.octets == "421 4.3.2 busy\r\n");
  Transcript noise(plan, 1000);
  noise.play("S: SSH-2.0-x\n= failed greeting protocol.not_smtp");
  CHECK(noise.record().reply.code == 0);
  CHECK(noise.record().reply.octets == "SSH-2.0-x\r\n");
}

}  // namespace
}  // namespace mxsweep::probe
