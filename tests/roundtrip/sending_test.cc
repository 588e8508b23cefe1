// SPDX-License-Identifier: MIT
#include "mxsweep/roundtrip/sending.h"

#include <optional>
#include <string>
#include <vector>

#include "mxsweep/roundtrip/expectation.h"
#include "probe/secure_pair.h"
#include "probe/transcript.h"
#include "support/catch.h"

namespace mxsweep::roundtrip {
namespace {

constexpr const char* kToken = "aaaabbbbccccddddeeeeffffgggghhhhiiiijjjj";

Step step(Action action, const std::vector<std::string>& expected = {}) {
  Step made{.action = std::move(action)};
  for (const std::string& word : expected) REQUIRE(add_word(word, made.expect).ok());
  return made;
}

struct Ended {
  Sent sent = Sent::stopped;
  bool failed = false;
  bool accepted = false;
  std::vector<StepResult> results;

  [[nodiscard]] std::string faults() const {
    std::string all;
    for (const StepResult& each : results) {
      if (!each.fault.empty()) all += std::string(to_string(each.phase)) + ": " + each.fault + "\n";
    }
    return all;
  }
};

struct Sender {
  std::vector<Step> steps;
  SendOrder order{
      .secret = Secret("sesame"), .nonce = "rOprNGfwEbeRWgbNEkqO", .message_token = kToken};

  // The same, however the octets are cut.
  Ended play(const std::string& text) {
    Ended ended;
    for (const std::size_t piece : {100'000U, 1U, 3U, 7U}) {
      CAPTURE(piece);
      Variables variables;
      variables.set("user", "probe");
      variables.set("token", kToken);
      Sending sending(order, steps, 0, variables);
      probe::Plan plan("scanner.test");
      plan.transaction = &sending;
      plan.session_timeout = std::chrono::hours{1};
      probe::Transcript transcript(plan, piece);
      transcript.play(text);
      sending.on_end(transcript.take_observation(), Instant{});
      ended = {sending.sent(), sending.failed(), sending.accepted().has_value(), sending.results()};
    }
    return ended;
  }
};

std::vector<Step> usual_steps() {
  return {step(Connect{{Service::smtp, "mx.test", 587}}),
          step(Ehlo{}),
          step(MailFrom{"probe@example.net"}),
          step(RcptTo{"probe@example.org"}),
          step(Send{"NOOP"}),
          step(Quit{})};
}

TEST_CASE("steps are sent one after the other", "[sending]") {
  Sender sender{.steps = usual_steps()};
  const Ended ended = sender.play(R"(
    S: 220 mx.test ESMTP
    C: EHLO scanner.test
    S: 250-mx.test
    S: 250 SIZE 100000
    C: MAIL FROM:<probe@example.net>
    S: 250 2.1.0 Ok
    C: RCPT TO:<probe@example.org>
    S: 250 2.1.5 Ok
    C: NOOP
    S: 250 2.0.0 Ok
    C: QUIT
    S: 221 bye
    [close]
    = ok quit none)");
  CHECK(ended.faults().empty());
  CHECK(ended.sent == Sent::queued);
  CHECK(ended.results.size() == 6);
  CHECK(ended.results[3].reply == "2.1.5 Ok");
}

TEST_CASE("a refusal ends the steps, and is told in the server's words", "[sending]") {
  Sender sender{.steps = usual_steps()};
  const Ended ended = sender.play(R"(
    S: 220 mx.test ESMTP
    C: EHLO scanner.test
    S: 250 mx.test
    C: MAIL FROM:<probe@example.net>
    S: 250 2.1.0 Ok
    C: RCPT TO:<probe@example.org>
    S: 550 5.1.1 No such user
    C: QUIT
    S: 221 bye
    [close]
    = ok quit none)");
  CHECK(ended.faults() == "rcpt: expected 2xx, but the server replied 550 5.1.1 No such user\n");
  CHECK(ended.sent == Sent::failed);
}

TEST_CASE("a refusal that a step expects is as it should be", "[sending]") {
  Sender sender{.steps = usual_steps()};
  sender.steps[3] = step(RcptTo{"nobody@example.org"}, {"550", "5.1.1"});
  const Ended ended = sender.play(R"(
    S: 220 mx.test ESMTP
    C: EHLO scanner.test
    S: 250 mx.test
    C: MAIL FROM:<probe@example.net>
    S: 250 2.1.0 Ok
    C: RCPT TO:<nobody@example.org>
    S: 550 5.1.1 No such user
    C: NOOP
    S: 250 2.0.0 Ok
    C: QUIT
    S: 221 bye
    [close]
    = ok quit none)");
  CHECK(ended.faults().empty());
  CHECK(ended.sent == Sent::queued);
}

TEST_CASE("a step that always runs does so after a failure", "[sending]") {
  Sender sender{.steps = usual_steps()};
  sender.steps[4] = step(Send{"RSET"});
  sender.steps[4].always = true;
  const Ended ended = sender.play(R"(
    S: 220 mx.test ESMTP
    C: EHLO scanner.test
    S: 250 mx.test
    C: MAIL FROM:<probe@example.net>
    S: 451 4.3.0 Try later
    C: RSET
    S: 250 Ok
    C: QUIT
    S: 221 bye
    [close]
    = ok quit none)");
  CHECK(ended.sent == Sent::failed);
  CHECK(ended.results.size() == 4);
}

std::vector<Step> steps_with_data() {
  std::vector<Step> steps = usual_steps();
  steps[4] = step(Data{.subject = "probe ${token}", .octets = 400});
  steps[4].captures.push_back({"queue_id", R"(queued as (\S+))"});
  return steps;
}

const std::string kUntilData = R"(
    S: 220 mx.test ESMTP
    C: EHLO scanner.test
    S: 250-mx.test
    S: 250 SIZE 100000
    C: MAIL FROM:<probe@example.net> SIZE=400
    S: 250 2.1.0 Ok
    C: RCPT TO:<probe@example.org>
    S: 250 2.1.5 Ok
    C: DATA
)";

// A conversation that has just sent the message.
struct Delivery {
  explicit Delivery(const Sender& sender)
      : variables(with_token()), sending(sender.order, sender.steps, 0, variables) {
    plan.transaction = &sending;
    conversation.emplace(plan, target);
    conversation->on_started(now);
    conversation->on_connected(now);
    for (const char* reply :
         {"220 mx.test\r\n", "250 mx.test\r\n", "250 ok\r\n", "250 ok\r\n", "354 go on\r\n"}) {
      message = conversation->on_bytes(reply, now).send;
    }
  }

  static Variables with_token() {
    Variables made;
    made.set("token", kToken);
    return made;
  }

  Variables variables;
  Sending sending;
  probe::Plan plan{"scanner.test"};
  targets::Target target;
  std::optional<probe::Conversation> conversation;
  Instant now{};
  std::string message;
};

TEST_CASE("the message has the token, and what the server calls it is captured", "[sending]") {
  const Sender sender{.steps = steps_with_data()};
  Delivery delivery(sender);
  CHECK(delivery.message.find("X-Mxsweep-Token: " + std::string(kToken)) != std::string::npos);
  CHECK(delivery.message.find("To: <probe@example.org>") != std::string::npos);
  CHECK(delivery.message.find("Subject: probe " + std::string(kToken)) != std::string::npos);
  CHECK(delivery.message.ends_with("\r\n.\r\n"));
  const Instant later = delivery.now + std::chrono::seconds{4};
  CHECK(delivery.conversation->on_bytes("250 2.0.0 Ok: queued as 4AbC\r\n", later).send ==
        "QUIT\r\n");
  CHECK(delivery.variables.get("queue_id") == "4AbC");
  CHECK(delivery.sending.mailed() == delivery.now);
  CHECK(delivery.sending.accepted() == later);
}

TEST_CASE("a message of a file gets the token", "[sending]") {
  Sender sender{.steps = steps_with_data()};
  sender.order.files["x"] = "Subject: x\n\n.y\n";
  sender.steps[4] = step(Data{.file = "x"});
  CHECK(Delivery(sender).message == "X-Mxsweep-Token: " + std::string(kToken) +
                                        "\r\nAuto-Submitted: auto-generated\r\n"
                                        "Subject: x\r\n\r\n..y\r\n.\r\n");
}

TEST_CASE("a server that closes after the final dot leaves it unsure", "[sending]") {
  const Sender sender{.steps = steps_with_data()};
  Delivery delivery(sender);
  CHECK(delivery.conversation->on_closed(delivery.now).done);
  delivery.sending.on_end(delivery.conversation->observation(), delivery.now);
  CHECK(delivery.sending.sent() == Sent::unsure);
}

TEST_CASE("a file that cannot be sent is told before DATA", "[sending]") {
  Sender sender{.steps = steps_with_data()};
  sender.order.files["x"] = "Subject: x\n\na\rb\n";
  sender.steps[4] = step(Data{.file = "x"});
  const Ended ended = sender.play(R"(
    S: 220 mx.test ESMTP
    C: EHLO scanner.test
    S: 250 mx.test
    C: MAIL FROM:<probe@example.net>
    S: 250 2.1.0 Ok
    C: RCPT TO:<probe@example.org>
    S: 250 2.1.5 Ok
    C: QUIT
    S: 221 bye
    [close]
    = ok quit none)");
  CHECK(ended.faults().starts_with("data: "));
  CHECK(ended.sent == Sent::failed);
}

TEST_CASE("no message is sent where DATA is refused", "[sending]") {
  Sender sender{.steps = steps_with_data()};
  const Ended ended = sender.play(kUntilData + R"(
    S: 554 5.5.1 No valid recipients
    C: QUIT
    S: 221 bye
    [close]
    = ok quit none)");
  CHECK(ended.faults().find("data: expected 354, but the server replied 554") == 0);
  CHECK_FALSE(ended.accepted);
  CHECK(ended.sent == Sent::failed);
}

TEST_CASE("a reply that does not come in time fails its step", "[sending]") {
  Sender sender{.steps = usual_steps()};
  sender.steps[3].within = std::chrono::seconds{2};
  const Ended ended = sender.play(R"(
    S: 220 mx.test ESMTP
    C: EHLO scanner.test
    S: 250 mx.test
    C: MAIL FROM:<probe@example.net>
    S: 250 2.1.0 Ok
    C: RCPT TO:<probe@example.org>
    [wait 3]
    C: QUIT
    [close]
    = ok quit none no_221)");
  CHECK(ended.faults() == "rcpt: there is no reply\n");
}

TEST_CASE("a server that refuses the connection fails the first step", "[sending]") {
  Sender sender{.steps = usual_steps()};
  const Ended ended = sender.play(R"(
    S: 554 5.7.1 blocked using zen.example
    C: QUIT
    S: 221 bye
    [close]
    = refused greeting blocked.scanner_ip)");
  CHECK(ended.faults().starts_with("greeting: "));
  CHECK(ended.faults().find("blocked using zen.example") != std::string::npos);
  CHECK(ended.results.size() == 1);
}

TEST_CASE("what STARTTLS is wanted for does not happen without it", "[sending]") {
  Sender sender{.steps = {step(Connect{{Service::smtp, "mx.test", 587}}), step(Ehlo{}),
                          step(StartTls{}), step(Authenticate{.user = "${user}"}), step(Quit{})}};
  const Ended ended = sender.play(R"(
    S: 220 mx.test ESMTP
    C: EHLO scanner.test
    S: 250-mx.test
    S: 250 AUTH PLAIN LOGIN
    C: QUIT
    S: 221 bye
    [close]
    = ok quit none auth_in_clear)");
  CHECK(ended.faults() == "starttls: the server does not offer STARTTLS\n");
}

TEST_CASE("no password leaves for a server whose certificate is for another name", "[sending]") {
  for (const bool implicit : {false, true}) {
    CAPTURE(implicit);
    const Service service = implicit ? Service::smtps : Service::smtp;
    const auto sent_to = [&](const std::string& host) {
      Sender sender{.steps = {step(Connect{{service, host, 465}}), step(Ehlo{})}};
      sender.order.wall_at_zero = probe::kToday;
      if (!implicit) sender.steps.push_back(step(StartTls{}));
      sender.steps.push_back(step(Authenticate{.user = "probe"}));
      Variables variables;
      Sending sending(sender.order, sender.steps, 0, variables);
      probe::Plan plan("scanner.test");
      plan.transaction = &sending;
      probe::ServerBehaviour behaviour;
      behaviour.implicit = implicit;
      probe::SecurePair pair(plan, behaviour, host, 1000);
      static_cast<void>(pair.talk());
      Ended ended{.results = sending.results()};
      return ended.faults();
    };
    CHECK(sent_to("other.test") ==
          "tls: the certificate is not valid for other.test: certificate-host-mismatch\n");
    // The server has no AUTH: it was asked.
    CHECK(sent_to("mx.test") == "auth: the server offers no authentication\n");
  }
}

TEST_CASE("an extension that is wanted and not offered fails EHLO", "[sending]") {
  Sender sender{.steps = usual_steps()};
  std::get<Ehlo>(sender.steps[1].action).want = {"DSN"};
  const Ended ended = sender.play(R"(
    S: 220 mx.test ESMTP
    C: EHLO scanner.test
    S: 250 mx.test
    C: QUIT
    S: 221 bye
    [close]
    = ok quit none)");
  CHECK(ended.faults() == "ehlo: the server does not offer DSN\n");
}

struct Login : Sender {
  explicit Login(const Authenticate& auth)
      : Sender{.steps = {step(Connect{{Service::smtp, "mx.test", 587}}), step(Ehlo{}), step(auth),
                         step(Send{"NOOP"}), step(Quit{})}} {}

  Ended play(const std::string& mechanisms, const std::string& exchange) {
    return Sender::play("S: 220 mx.test ESMTP\nC: EHLO scanner.test\nS: 250-mx.test\nS: 250 AUTH " +
                        mechanisms + "\n" + exchange);
  }
};

TEST_CASE("no password is sent in clear text unless that is allowed", "[sending]") {
  Login login(Authenticate{.user = "${user}"});
  const Ended ended = login.play("PLAIN LOGIN", R"(
    C: QUIT
    S: 221 bye
    [close]
    = ok quit none auth_in_clear)");
  CHECK(ended.faults().starts_with("auth: "));
  CHECK(ended.faults().find("TLS") != std::string::npos);
}

TEST_CASE("PLAIN goes with the command, LOGIN in answers", "[sending]") {
  Login plain(Authenticate{.user = "${user}", .in_clear = true});
  CHECK(plain
            .play("PLAIN LOGIN", R"(
    C: AUTH PLAIN AHByb2JlAHNlc2FtZQ==
    S: 235 2.7.0 Welcome
    C: NOOP
    S: 250 Ok
    C: QUIT
    S: 221 bye
    [close]
    = ok quit none auth_in_clear)")
            .faults()
            .empty());
  Login login(Authenticate{.user = "${user}", .in_clear = true});
  CHECK(login
            .play("LOGIN", R"(
    C: AUTH LOGIN
    S: 334 VXNlcm5hbWU6
    C: cHJvYmU=
    S: 334 UGFzc3dvcmQ6
    C: c2VzYW1l
    S: 235 2.7.0 Welcome
    C: NOOP
    S: 250 Ok
    C: QUIT
    S: 221 bye
    [close]
    = ok quit none auth_in_clear)")
            .faults()
            .empty());
}

TEST_CASE("a wrong password is told without showing it", "[sending]") {
  Login login(Authenticate{.user = "${user}", .in_clear = true});
  const Ended ended = login.play("PLAIN", R"(
    C: AUTH PLAIN AHByb2JlAHNlc2FtZQ==
    S: 535 5.7.8 Error: authentication failed
    C: QUIT
    S: 221 bye
    [close]
    = ok quit none auth_in_clear)");
  CHECK(ended.faults() ==
        "auth: the server has refused the user: 5.7.8 Error: authentication failed\n");
}

TEST_CASE("a server that repeats the password does not make it known", "[sending]") {
  Login login(Authenticate{.user = "${user}", .in_clear = true});
  const Ended ended = login.play("PLAIN", R"(
    C: AUTH PLAIN AHByb2JlAHNlc2FtZQ==
    S: 535 no user with sesame, AHByb2JlAHNlc2FtZQ==
    C: QUIT
    S: 221 bye
    [close]
    = ok quit none auth_in_clear)");
  CHECK(ended.results.back().reply == "no user with ***, ***==");
  CHECK(ended.faults() == "auth: the server has refused the user: no user with ***, ***==\n");
}

TEST_CASE("a challenge that is no base64 cancels the exchange", "[sending]") {
  Login login(
      Authenticate{.mechanism = sasl::Mechanism::login, .user = "${user}", .in_clear = true});
  const Ended ended = login.play("LOGIN", R"(
    C: AUTH LOGIN
    S: 334 %%%
    C: *
    S: 501 5.7.0 Cancelled
    C: QUIT
    S: 221 bye
    [close]
    = ok quit none auth_in_clear)");
  CHECK(ended.failed);
}

TEST_CASE("a success before SCRAM has proved anything is not believed", "[sending]") {
  Login login(Authenticate{.mechanism = sasl::Mechanism::scram_sha_256, .user = "${user}"});
  const Ended ended = login.play("SCRAM-SHA-256", R"(
    C: AUTH SCRAM-SHA-256 biwsbj1wcm9iZSxyPXJPcHJOR2Z3RWJlUldnYk5Fa3FP
    S: 235 Welcome
    C: QUIT
    S: 221 bye
    [close]
    = ok quit none)");
  CHECK(ended.faults().starts_with("auth: "));
}

TEST_CASE("what a server says cannot add lines to what is sent", "[sending]") {
  Sender sender{.steps = usual_steps()};
  sender.steps[1].captures.push_back({"queue_id", "(?s)mx.*"});
  sender.steps[4] = step(Send{"NOOP ${queue_id}"});
  const Ended ended = sender.play(R"(
    S: 220 mx.test ESMTP
    C: EHLO scanner.test
    S: 250-mx.test
    S: 250-RSET
    S: 250 HELP
    C: MAIL FROM:<probe@example.net>
    S: 250 2.1.0 Ok
    C: RCPT TO:<probe@example.org>
    S: 250 2.1.5 Ok
    C: NOOP mx.test
    S: 250 2.0.0 Ok
    C: QUIT
    S: 221 bye
    [close]
    = ok quit none)");
  CHECK(ended.faults().empty());
}

}  // namespace
}  // namespace mxsweep::roundtrip
