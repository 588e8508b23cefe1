// SPDX-License-Identifier: MIT
// Anomalies of a conversation as a whole: each has a conversation that shows it in a record, and
// what resembles it and is none.
#include "probe/comparisons.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/random.h"
#include "probe/secure_ending.h"
#include "probe/transcript.h"
#include "support/catch.h"

namespace mxsweep::probe {
namespace {

// The anomalies of a conversation in clear text with these replies, in words.
std::string anomalies_in_clear(const std::string& greeting, const std::string& ehlo,
                               std::string_view name = {}) {
  const Plan plan("scanner.test");
  targets::Target target;
  target.set_words("192.0.2.1", name, {});
  Conversation probe(plan, target);
  Instant now{std::chrono::seconds{1000}};
  (void)probe.on_started(now);
  (void)probe.on_connected(now);
  for (const std::string& reply : {greeting, ehlo, std::string("221 bye\r\n")}) {
    (void)probe.on_bytes(reply, now);
  }
  REQUIRE(probe.on_closed(now).done);
  const results::Record record = probe.observation().record(target.name());
  records_of_transcripts().add(record);
  CHECK(record.outcome == Outcome::ok);
  return words_of(record.anomalies);
}

// Those of a conversation that goes on under TLS, beside `ehlo` and `ehlo_tls`.
std::string anomalies_under_tls(const std::string& ehlo, const std::string& ehlo_tls,
                                std::string_view name = "mx.test") {
  ServerBehaviour behaviour;
  behaviour.ehlo = ehlo;
  behaviour.ehlo_tls = ehlo_tls;
  const std::string words = ending(behaviour, Plan("scanner.test"), name).words;
  constexpr std::string_view kOk = "ok quit none";
  REQUIRE(words.starts_with(kOk));
  return words.substr(kOk.size());
}

std::string ehlo_reply(const std::vector<std::string>& lines) {
  std::string reply;
  for (const std::string& line : lines) {
    reply += (&line == &lines.back() ? "250 " : "250-") + line + "\r\n";
  }
  return reply;
}

TEST_CASE("a greeting and a reply to EHLO that give two names", "[probe][anomalies]") {
  const auto found = [](const std::string& greeting, const std::string& ehlo) {
    return anomalies_in_clear("220 " + greeting + "\r\n", "250 " + ehlo + "\r\n");
  };
  CHECK(found("mx.test ESMTP", "mail.test Hello") == " two_names");
  CHECK(found("mx.test ESMTP", "mx.test.example") == " two_names");
  CHECK(found("mx.test ESMTP", "MX.Test. Hello").empty());
  // Without a domain, or no name at all.
  CHECK(found("mx.test ESMTP", "localhost").empty());
  CHECK(found("mx ESMTP", "mx.test").empty());
  CHECK(found("Welcome. ESMTP", "mx.test").empty());
  CHECK(found("mx.test ESMTP", "Hello scanner.test").empty());
  CHECK(found("mx.test ESMTP", "mx.test, hello").empty());
  CHECK(found("****************", "mx.test").empty());
  CHECK(found("ESMTP", "mx.test").empty());
  CHECK(found("mx.test ESMTP", "[192.0.2.1]").empty());
  CHECK(found("192.0.2.1 ESMTP", "mx.test").empty());
  CHECK(found("mx.test ESMTP", "[IPv6:2001:db8::1.2.3.4]").empty());
}

TEST_CASE("EHLO under TLS answered by a server of another name", "[probe][anomalies][tls]") {
  CHECK(anomalies_under_tls("250-mx.test\r\n250 STARTTLS\r\n", "250 mx.test\r\n").empty());
  CHECK(anomalies_under_tls("250-mx.test\r\n250 STARTTLS\r\n", "250 inner.test\r\n") ==
        " two_names");
}

TEST_CASE("a server that gives itself another name than the one that led to it",
          "[probe][anomalies]") {
  const auto found = [](const std::string& greeting, const std::string& ehlo,
                        std::string_view name) {
    return anomalies_in_clear("220 " + greeting + "\r\n", "250 " + ehlo + "\r\n", name);
  };
  CHECK(found("mx.test ESMTP", "mx.test", "mail.example") == " other_name");
  CHECK(found("mx.test ESMTP", "localhost", "mail.example") == " other_name");
  CHECK(found("mx.test ESMTP", "mx.test", "").empty());
  CHECK(found("mx.test ESMTP", "mx.test", "MX.test").empty());
  // One of its names is the one that was asked for.
  CHECK(found("mx.test ESMTP", "inner.test", "mx.test") == " two_names");
  CHECK(found("inner.test ESMTP", "mx.test", "mx.test") == " two_names");
  CHECK(found("inner.test ESMTP", "mx.test", "mail.example") == " two_names other_name");
  // It has given no name.
  CHECK(found("ESMTP", "localhost", "mx.test").empty());
  CHECK(found("ESMTP", "2.0.0 Ok", "mx.test") == " ehlo_without_host");
}

TEST_CASE("a name is compared even if the conversation goes no further than the greeting",
          "[probe][anomalies]") {
  Plan plan("scanner.test");
  plan.depth = Depth::greeting;
  ServerBehaviour behaviour;
  CHECK(ending(behaviour, plan, "mail.example").words == "ok quit none other_name");
  CHECK(ending(behaviour, plan, "mx.test").words == "ok quit none");
}

TEST_CASE("a refusal gives no name", "[probe][anomalies]") {
  const Plan plan("scanner.test");
  Transcript transcript(plan, 1);
  transcript.play(R"(
    S: 554 mx.test no service
    C: QUIT
    S: 221 mail.test
    [close]
    = refused greeting blocked.unspecified)");
  const Observation observation = transcript.take_observation();
  CHECK(observation.record("mail.example").anomalies.empty());
}

TEST_CASE("STARTTLS offered under TLS", "[probe][anomalies][tls]") {
  const std::string ehlo = "250-mx.test\r\n250 STARTTLS\r\n";
  CHECK(anomalies_under_tls(ehlo, ehlo) == " starttls_under_tls");
  CHECK(anomalies_under_tls(ehlo, "250-mx.test\r\n250 Starttls\r\n") == " starttls_under_tls");
  CHECK(anomalies_under_tls(ehlo, "250-mx.test\r\n250 X-ANONYMOUSTLS\r\n").empty());
  ServerBehaviour implicit;
  implicit.implicit = true;
  implicit.ehlo_tls = ehlo;
  CHECK(ending(implicit).words == "ok quit none starttls_under_tls");
}

TEST_CASE("passwords in clear text are offered by AUTH", "[probe][anomalies]") {
  const auto found = [](const std::vector<std::string>& extensions) {
    std::vector<std::string> lines = {"mx.test"};
    lines.insert(lines.end(), extensions.begin(), extensions.end());
    return anomalies_in_clear("220 mx.test ESMTP\r\n", ehlo_reply(lines));
  };
  CHECK(found({"SIZE", "AUTH LOGIN PLAIN", "DSN"}) == " auth_in_clear");
  CHECK(found({"AUTH=LOGIN"}) == " auth_in_clear");
  CHECK(found({"auth cram-md5\tplain"}) == " auth_in_clear");
  CHECK(found({"AUTH  XOAUTH2"}) == " auth_in_clear");
  CHECK(found({"AUTH OAUTHBEARER", "STARTTLS"}) == " auth_in_clear");
  // The password stays with the client, or there is none.
  CHECK(found({"AUTH NTLM"}).empty());
  CHECK(found({"AUTH GSSAPI CRAM-MD5 DIGEST-MD5 SCRAM-SHA-256 EXTERNAL"}).empty());
  CHECK(found({"AUTH"}).empty());
  CHECK(found({"X-AUTH PLAIN", "AUTHOR LOGIN", "AUTH LOGINS"}).empty());
}

TEST_CASE("passwords under TLS are as they should be", "[probe][anomalies][tls]") {
  const std::string secured = "250-mx.test\r\n250-AUTH PLAIN LOGIN\r\n250 BURL imap\r\n";
  CHECK(anomalies_under_tls("250-mx.test\r\n250 STARTTLS\r\n", secured).empty());
  CHECK(anomalies_under_tls("250-mx.test\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n", secured) ==
        " auth_in_clear");
  ServerBehaviour implicit;
  implicit.implicit = true;
  implicit.ehlo_tls = secured;
  CHECK(ending(implicit).words == "ok quit none");
}

TEST_CASE("an extension that TLS takes away or adds", "[probe][anomalies][tls]") {
  const auto found = [](std::vector<std::string> clear, std::vector<std::string> secured) {
    clear.insert(clear.begin(), {"mx.test", "STARTTLS"});
    secured.insert(secured.begin(), "mx.test");
    return anomalies_under_tls(ehlo_reply(clear), ehlo_reply(secured));
  };
  CHECK(found({"PIPELINING", "DSN"}, {"PIPELINING"}) == " extension_lost_under_tls");
  CHECK(found({"PIPELINING"}, {"DSN", "PIPELINING"}) == " extension_gained_under_tls");
  CHECK(found({"DSN"}, {"CHUNKING"}) == " extension_lost_under_tls extension_gained_under_tls");
  CHECK(found({}, {}).empty());
  // The order, the letters' case, parameters and repetitions are no difference.
  CHECK(found({"DSN", "SIZE 1000", "8BITMIME"}, {"8bitmime", "size 0", "Dsn"}).empty());
  CHECK(found({"DSN", "DSN", "HELP"}, {"HELP", "DSN"}).empty());
  // By design, some are for clear text only, and some for TLS only.
  CHECK(found({"AUTH GSSAPI", "X-EXPS NTLM", "X-ANONYMOUSTLS"}, {"XRDST", "REQUIRETLS"}).empty());
  CHECK(found({"AUTH=GSSAPI"}, {"AUTH LOGIN", "AUTH=LOGIN", "BURL imap", "XCLIENT NAME"}).empty());
}

// Lists of the same order are compared line by line, others as sets: both ways see the same.
TEST_CASE("lists are compared alike, whatever their order", "[probe][anomalies]") {
  const std::vector<std::string> all = {
      "SIZE 1000",  "8BITMIME", "STARTTLS",    "AUTH PLAIN", "size",   "XMORE", "BURL imap",
      "REQUIRETLS", "DSN",      "AUTH GSSAPI", "",           " DSN x", "RSET"};
  Random random(7);
  const auto list = [&](std::uint32_t chosen, bool turned) {
    std::vector<std::string> lines = {"mx.test"};
    for (std::size_t i = 0; i < all.size(); ++i) {
      if ((chosen >> i & 1U) != 0) lines.push_back(all[i]);
    }
    if (turned) std::reverse(lines.begin() + 1, lines.end());
    return ehlo_reply(lines);
  };
  for (int i = 0; i < 20'000; ++i) {
    const auto one = static_cast<std::uint32_t>(random.next() & 0x1fffU);
    // Often nearly the same.
    const std::uint32_t other = i % 2 == 0 ? one ^ (1U << (random.next() % all.size()))
                                           : static_cast<std::uint32_t>(random.next() & 0x1fffU);
    CAPTURE(one, other);
    const std::string first = list(one, false);
    CHECK(compare({.ehlo = first, .ehlo_tls = list(other, false)}) ==
          compare({.ehlo = first, .ehlo_tls = list(other, true)}));
  }
}

TEST_CASE("nothing is lost under TLS where what is offered there is unknown",
          "[probe][anomalies][tls]") {
  const std::string ehlo = "250-mx.test\r\n250-STARTTLS\r\n250 DSN\r\n";
  CHECK(anomalies_under_tls(ehlo, "250 2.0.0 Ok\r\n").empty());
  // Out of step: which reply belongs to which command is a guess.
  ServerBehaviour behaviour;
  behaviour.ehlo = ehlo + "250 2.0.0 Ok\r\n";
  behaviour.ehlo_tls = "250 mx.test\r\n";
  CHECK(ending(behaviour).words == "ok quit none stray_reply");
  // Lists of hostile length are not compared.
  const auto list_of = [](std::size_t size, const std::string& more) {
    std::vector<std::string> lines = {"mx.test"};
    for (std::size_t i = 1; i < size; ++i) lines.push_back("EXTENSION-" + std::to_string(i));
    lines.push_back(more);
    return ehlo_reply(lines);
  };
  const std::string full = list_of(48, "STARTTLS");
  CHECK(anomalies_under_tls(full, list_of(48, "DSN")) == " extension_gained_under_tls");
  CHECK(anomalies_under_tls(full, list_of(49, "DSN")).empty());
}

TEST_CASE("an authority's certificate that expires a day or more before the server's",
          "[probe][anomalies][tls]") {
  using std::chrono::days;
  using std::chrono::hours;
  const auto found = [](std::chrono::seconds authority_life) {
    const Papers papers(authority_life);  // The server's is valid for 80 days.
    ServerBehaviour behaviour;
    behaviour.papers = &papers;
    return ending(behaviour).words;
  };
  CHECK(found(days{20}) == "ok quit none issuer_ends_first");
  CHECK(found(days{79}) == "ok quit none issuer_ends_first");
  CHECK(found(days{79} + hours{1}) == "ok quit none");
  CHECK(found(days{80}) == "ok quit none");
  CHECK(found(days{81}) == "ok quit none");
}

TEST_CASE("text that is not UTF-8, in any reply", "[probe][anomalies]") {
  const auto found = [](const std::string& greeting, const std::string& ehlo) {
    return anomalies_in_clear("220 " + greeting + "\r\n", "250 " + ehlo + "\r\n");
  };
  CHECK(found("mx.test Gr\xfc\xdf Gott", "mx.test") == " eight_bit not_utf8");
  CHECK(found("mx.test", "mx.test gr\xc3\xbc\xc3\x9ft, gr\xfc\xdft") == " eight_bit not_utf8");
  CHECK(found("mx.test Gr\xc3\xbc\xc3\x9f Gott", "mx.test") == " eight_bit");
  CHECK(found("mx.test Gruess Gott", "mx.test").empty());
  for (const std::size_t piece : {1U, 100U}) {
    Transcript(Plan("scanner.test"), piece).play(R"(
      S: 220 mx.test
      C: EHLO scanner.test
      S: 250 mx.test
      C: QUIT
      S| 221 tsch\xfc\xdf\r\n
      [close]
      = ok quit none eight_bit not_utf8)");
    Transcript(Plan("scanner.test"), piece).play(R"(
      S| 554 kein Dienst f\xfcr Sie\r\n
      C: QUIT
      S: 221 bye
      [close]
      = refused greeting blocked.unspecified eight_bit not_utf8)");
  }
}

TEST_CASE("a reply that trickles", "[probe][anomalies]") {
  const auto play = [](const std::string& text) {
    for (const std::size_t piece : {1U, 100U}) Transcript(Plan("scanner.test"), piece).play(text);
  };
  play(R"(
    S: 220-mx.test ESMTP
    [wait 6]
    S: 220-please wait
    [wait 20]
    S: 220 mx.test ESMTP
    C: EHLO scanner.test
    S: 250 mx.test
    C: QUIT
    S: 221 bye
    [close]
    = ok quit none trickled)");
  play(R"(
    [wait 20]
    S: 220-mx.test ESMTP
    [wait 6]
    S: 220 mx.test ESMTP
    C: EHLO scanner.test
    [wait 15]
    S| 250
    [wait 9]
    S:  mx.test
    C: QUIT
    S: 221 bye
    [close]
    = ok quit none)");
  // A text that is printed before the server begins is no part of its greeting, wherever it is cut.
  play(R"(
    S| 22
    [wait 12]
    S|  o'clock\r\n220 mx.test ESMTP\r\n
    C: EHLO scanner.test
    S: 250 mx.test
    C: QUIT
    S: 221 bye
    [close]
    = ok quit none text_before_reply)");
  play(R"(
    S| 22 o'clock\r\n220-mx
    [wait 12]
    S| .test\r\n220 ESMTP\r\n
    C: EHLO scanner.test
    S: 250 mx.test
    C: QUIT
    S: 221 bye
    [close]
    = ok quit none text_before_reply trickled)");
  play(R"(
    S: loading
    [wait 12]
    S: 220 mx.test ESMTP
    C: EHLO scanner.test
    S: 250 mx.test
    C: QUIT
    S: 221 bye
    [close]
    = ok quit none text_before_reply)");
}

TEST_CASE("a reply does not trickle because this process was stopped or slow",
          "[probe][anomalies]") {
  const Plan plan("scanner.test");
  const targets::Target target;
  const auto at = [](int seconds) { return Instant{std::chrono::seconds{1000 + seconds}}; };
  Conversation stopped(plan, target);
  (void)stopped.on_started(at(0));
  (void)stopped.on_connected(at(0));
  (void)stopped.on_bytes("220-mx.test\r\n", at(1));
  stopped.excuse(std::chrono::seconds{20});
  (void)stopped.on_bytes("220 mx.test\r\n", at(22));
  CHECK(stopped.observation().anomalies().empty());
  Conversation slow(plan, target);
  (void)slow.on_started(at(0));
  (void)slow.on_connected(at(0));
  (void)slow.on_bytes("220-mx.test\r\n", at(1));
  (void)slow.on_bytes("220 mx.test\r\n", at(22), at(2));
  CHECK(slow.observation().anomalies().empty());
}

}  // namespace
}  // namespace mxsweep::probe
