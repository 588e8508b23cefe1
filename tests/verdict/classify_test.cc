// SPDX-License-Identifier: MIT
#include "mxsweep/verdict/classify.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <list>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "mxsweep/core/anomaly.h"
#include "mxsweep/core/cause.h"
#include "mxsweep/core/finding.h"
#include "mxsweep/verdict/causes_page.h"
#include "support/catch.h"
#include "support/corpora.h"
#include "verdict/folded.h"
#include "verdict/replies.h"
#include "verdict/reply_rows.h"
#include "verdict/wordings.h"

namespace mxsweep::verdict {
namespace {

int code_of(std::string_view reply) { return std::atoi(std::string(reply.substr(0, 3)).c_str()); }

std::vector<Cause> all_causes() {
  std::vector<Cause> causes;
  for (std::size_t i = 0; i < kCauseCount; ++i) causes.push_back(static_cast<Cause>(i));
  return causes;
}

std::optional<Cause> cause_named(std::string_view word) {
  const std::vector<Cause> causes = all_causes();
  const auto found = std::find_if(causes.begin(), causes.end(),
                                  [&](Cause cause) { return to_string(cause) == word; });
  if (found == causes.end()) return std::nullopt;
  return *found;
}

Phase phase_named(const std::string& word) {
  for (std::size_t phase = 0; phase < kPhaseCount; ++phase) {
    if (to_string(static_cast<Phase>(phase)) == word) return static_cast<Phase>(phase);
  }
  FAIL("no phase: " << word);
  return {};
}

// tests/verdict/held_back.txt: phase, cause, reply.
std::vector<fixtures::Refusal> held_back() {
  static std::list<std::string> replies;
  std::ifstream file(MXSWEEP_SOURCE_DIR "/tests/verdict/held_back.txt");
  std::vector<fixtures::Refusal> refusals;
  for (std::string phase, cause, reply; file >> phase;) {
    if (phase.starts_with('#')) {
      std::getline(file, reply);
      continue;
    }
    file >> cause >> std::ws;
    std::getline(file, reply);
    for (std::size_t at; (at = reply.find("\\n")) != std::string::npos;) {
      reply.replace(at, 2, "\r\n");
    }
    replies.push_back(reply + "\r\n");
    refusals.push_back({phase_named(phase), replies.back(), cause_named(cause).value()});
  }
  REQUIRE(refusals.size() > 100);
  return refusals;
}

std::vector<fixtures::Refusal> all_refusals() {
  std::vector<fixtures::Refusal> refusals(std::begin(fixtures::kRefusals),
                                          std::end(fixtures::kRefusals));
  refusals.insert(refusals.end(), std::begin(fixtures::kWordings), std::end(fixtures::kWordings));
  const std::vector<fixtures::Refusal> more = held_back();
  refusals.insert(refusals.end(), more.begin(), more.end());
  return refusals;
}

Verdict classify(Phase phase, std::string_view reply) {
  return classify_reply(phase, code_of(reply), reply, {"EHLO scanner.example.net\r\n"});
}

std::vector<std::string> phrases_of(const ReplyRow& row) {
  std::vector<std::string> phrases;
  std::string_view rest = row.phrases;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('|'), rest.size());
    phrases.emplace_back(rest.substr(0, end));
    std::replace(phrases.back().begin(), phrases.back().end(), '+', ' ');
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return phrases;
}

// The shortest reply that matches a row: its code, its enhanced code and one phrase.
std::string reply_for(const ReplyRow& row, const std::string& phrase) {
  std::string reply = std::to_string(row.codes.first) + " ";
  if (row.enhanced.subject != EnhancedRange::kAnySubject) {
    reply += reply.substr(0, 1) + "." + std::to_string(row.enhanced.subject) + "." +
             std::to_string(row.enhanced.detail_first) + " ";
  }
  // A phrase that begins with a dot is part of a name.
  return reply + "at " + (phrase.starts_with('.') ? "a" + phrase + "a" : phrase) + "\r\n";
}

Phase first_phase_of(const ReplyRow& row) {
  unsigned phase = 0;
  while ((row.phases >> phase & 1U) == 0) ++phase;
  return static_cast<Phase>(phase);
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The value of a string member in one line of flat JSON without escapes.
std::string member(const std::string& line, const std::string& key) {
  const std::string opening = "\"" + key + "\": \"";
  const std::size_t start = line.find(opening);
  if (start == std::string::npos) return {};
  const std::size_t value = start + opening.size();
  return line.substr(value, line.find('"', value) - value);
}

TEST_CASE("a refusal has the cause that its server meant", "[verdict]") {
  for (const fixtures::Refusal& refusal : all_refusals()) {
    INFO(to_string(refusal.phase) << ": " << refusal.reply);
    CHECK(to_string(classify(refusal.phase, refusal.reply).cause) == to_string(refusal.cause));
  }
}

TEST_CASE("every row of the table is reached by some refusal", "[verdict]") {
  std::vector<bool> reached(reply_rows().size());
  for (const fixtures::Refusal& refusal : all_refusals()) {
    reached[matching_row(refusal.phase, code_of(refusal.reply), refusal.reply)] = true;
  }
  for (std::size_t i = 0; i < reached.size(); ++i) {
    INFO("row " << i << ": " << to_string(reply_rows()[i].cause) << ", " << reply_rows()[i].why);
    CHECK(reached[i]);
  }
}

TEST_CASE("no phrase of the table is hidden by an earlier one", "[verdict]") {
  for (std::size_t i = 0; i < reply_rows().size(); ++i) {
    const ReplyRow& row = reply_rows()[i];
    const std::vector<std::string> phrases = phrases_of(row);
    for (const std::string& phrase : phrases) {
      INFO(phrase);
      const std::string reply = reply_for(row, phrase);
      CHECK(matching_row(first_phase_of(row), row.codes.first, reply) == i);
      CHECK(std::none_of(phrases.begin(), phrases.end(), [&](const std::string& other) {
        return other != phrase && phrase.find(other) != std::string::npos;
      }));
    }
  }
}

TEST_CASE("a refusal in the greeting or of EHLO is refused and never failed", "[verdict]") {
  for (const Phase phase : {Phase::greeting, Phase::ehlo, Phase::ehlo_tls}) {
    for (int code = 400; code < 600; ++code) {
      INFO(to_string(phase) << " " << code);
      CHECK(classify(phase, std::to_string(code) + " no\r\n").outcome == Outcome::refused);
    }
  }
  for (const fixtures::Refusal& refusal : all_refusals()) {
    const bool in_clear_first =
        refusal.phase == Phase::starttls || refusal.phase == Phase::ehlo_tls;
    // FTP servers refuse too, and a client certificate is a matter of TLS.
    if (in_clear_first || outcome_of(refusal.cause) == Outcome::failed) continue;
    INFO(refusal.reply);
    CHECK(classify(refusal.phase, refusal.reply).outcome == Outcome::refused);
  }
}

TEST_CASE("a server whose STARTTLS is broken is degraded", "[verdict]") {
  CHECK(classify(Phase::starttls, "454 4.7.0 TLS not available\r\n") ==
        Verdict{Outcome::degraded, Cause::config_tls_unavailable});
  CHECK(classify(Phase::starttls, "502 What?\r\n") ==
        Verdict{Outcome::degraded, Cause::config_tls_advertised_but_refused});
}

TEST_CASE("a server that works in clear text and requires a client certificate is degraded",
          "[verdict]") {
  constexpr std::string_view kReply = "530 5.7.0 No client certificate presented\r\n";
  for (const Phase phase : {Phase::starttls, Phase::ehlo_tls}) {
    CHECK(classify(phase, kReply) == Verdict{Outcome::degraded, Cause::tls_client_certificate});
  }
  for (const Phase phase : {Phase::greeting, Phase::ehlo}) {
    CHECK(classify(phase, kReply) == Verdict{Outcome::failed, Cause::tls_client_certificate});
  }
}

bool is_temporary(Cause cause) {
  if (cause == Cause::resources_mailbox_full) return false;  // It may be either.
  const std::string_view word = to_string(cause);
  return word.starts_with("throttled.") || word.starts_with("resources.") ||
         word.starts_with("tempfail.");
}

TEST_CASE("a row with a temporary cause matches 5xx only by words, and gives the reason",
          "[verdict]") {
  for (const ReplyRow& row : reply_rows()) {
    if (!is_temporary(row.cause) || row.codes.last < 500) continue;
    INFO(to_string(row.cause) << ": " << row.why);
    CHECK_FALSE(row.phrases.empty());
    CHECK(row.why.find("5xx") != std::string_view::npos);
  }
}

TEST_CASE("a 5xx without words never has a temporary cause", "[verdict]") {
  for (std::size_t phase = 0; phase < kPhaseCount; ++phase) {
    for (int code = 500; code < 600; ++code) {
      for (int subject = 0; subject < 8; ++subject) {
        for (const int detail : {0, 1, 2, 3, 5, 25, 28, 500, 606}) {
          const std::string reply = std::to_string(code) + " 5." + std::to_string(subject) + "." +
                                    std::to_string(detail) + " No\r\n";
          if (!is_temporary(classify(static_cast<Phase>(phase), reply).cause)) continue;
          FAIL_CHECK(to_string(static_cast<Phase>(phase)) << ": " << reply);
        }
      }
    }
  }
}

TEST_CASE("no name that we may send in EHLO affects the verdict", "[verdict]") {
  constexpr const char* kNames[] = {"blocklist.example",
                                    "ratelimit.test",
                                    "rate-limit.test",
                                    "my-rbl.example.net",
                                    "too-many-connections.example",
                                    "greylist.timeout.example",
                                    "helo.example.net",
                                    "zen.spamhaus.org",
                                    "dnsbl.example",
                                    "Mail.Throttle.Example",
                                    "rdns.fqdn.hostname.example",
                                    "lmtp.ftp.example"};
  constexpr const char* kReplies[] = {
      "421 4.0.0 Hello %, not now\r\n", "421 % not now\r\n",
      "421 not now, '%'\r\n",           "421 <%>: not now\r\n",
      "421 not now, EHLO %\r\n",        "421-mx.example not now\r\n421 HELO %\r\n",
      "421 not now: \"EHLO %\"\r\n",    "421 not now, % [192.0.2.1]\r\n"};
  for (const std::string name : kNames) {
    for (const std::string reply : kReplies) {
      const std::size_t gap = reply.find('%');
      const std::string whole = reply.substr(0, gap) + name + reply.substr(gap + 1);
      INFO(whole);
      CHECK(to_string(classify_reply(Phase::ehlo, 421, whole, {"EHLO " + name + "\r\n"}).cause) ==
            to_string(Cause::tempfail_unspecified));
    }
  }
}

TEST_CASE("our recipient in a reply does not affect the verdict", "[verdict]") {
  constexpr const char* kReplies[] = {"451 not now, <%@example.org>\r\n",
                                      "451 <%@example.org>... not now\r\n",
                                      "451 'RCPT TO:<%@example.org>' not now\r\n",
                                      "451 \"%\" not now\r\n", "451 %@example.org not now\r\n"};
  for (const std::string local : {"greylist", "disk-full", "over.quota", "rate+limit", "rbl"}) {
    for (const std::string reply : kReplies) {
      const std::size_t gap = reply.find('%');
      const std::string whole = reply.substr(0, gap) + local + reply.substr(gap + 1);
      const std::string recipient = "RCPT TO:<" + local + "@example.org>\r\n";
      INFO(whole);
      const SentCommands sent{"EHLO scanner.example.net\r\n", recipient};
      CHECK(to_string(classify_reply(Phase::rcpt, 451, whole, sent).cause) ==
            to_string(Cause::tempfail_unspecified));
    }
  }
}

TEST_CASE("a quoted command of ours does not affect the verdict", "[verdict]") {
  for (const std::string command :
       {"EHLO", "HELO", "helo", "STARTTLS", "QUIT", "EHLO hostname", "HELO fqdn timeout"}) {
    for (const std::string quotes : {"''", "\"\"", "<>", "()", "[]", "`'"}) {
      const std::string reply = "550 No " + (quotes[0] + command) + quotes[1] + " now\r\n";
      INFO(reply);
      CHECK(to_string(classify(Phase::ehlo, reply).cause) == to_string(Cause::reject_unspecified));
    }
  }
}

TEST_CASE("a code that is neither a refusal nor expected means that it is not SMTP", "[verdict]") {
  for (const int code : {0, 100, 200, 354, 399, 600, 999}) {
    INFO(code);
    CHECK(classify_reply(Phase::greeting, code, "") ==
          Verdict{Outcome::failed, Cause::protocol_not_smtp});
  }
}

TEST_CASE("a reply is reduced to its words", "[verdict]") {
  CHECK(Folded("").text() == " ");
  CHECK(Folded("421\r\n").text() == " ");
  CHECK(Folded("421 4.7.0 Try  AGAIN-later!\r\n").text() == " try again later ");
  CHECK(Folded("421-#4.4.5 see http://a.example/x.\r\n421 now").text() ==
        " see http .a.example. x now ");
  CHECK(Folded("421 mx1.example.net: to my_rate-limit.example, 192.0.2.1.").text() ==
        " to .my.rate.limit.example. .192.0.2.1. ");
  CHECK(Folded("421 see //a.example/b.html?c.d e/f.g").text() ==
        " see .a.example. b html .c.d. e .f.g. ");
  CHECK(Folded("421 later.Please try A.B_C").text() == " later please try .a.b.c. ");
  CHECK(Folded("421 Hi Me.test. Me.Test: EHLO me.test", {"EHLO me.test\r\n"}).text() == " hi ");
  CHECK(Folded("421 what is 'EHLO me.test' or \"quit or <quit\r\n").text() == " what is or or ");
  CHECK(Folded("421 ' \" < ( [ ` ''").text() == " ");
  CHECK(Folded("554 caf\xe9 \0x\r\n").text() == " caf ");

  const std::string endless = "554 " + std::string(60'000, 'a');
  CHECK(Folded(endless).text().size() == Folded::kOctetsMax);
  CHECK(Folded(endless).text().ends_with("aa "));
  std::string lines;
  for (int i = 0; i < 500; ++i) lines += "554-word\r\n";
  CHECK(Folded(lines).text().size() <= Folded::kOctetsMax);
}

TEST_CASE("every sequence of octets has a verdict", "[verdict]") {
  for (int octet = 0; octet < 256; ++octet) {
    const std::string reply = "554 " + std::string(9, static_cast<char>(octet));
    CHECK(classify(Phase::ehlo, reply).outcome == Outcome::refused);
  }
}

TEST_CASE("an errno shows which side failed", "[verdict]") {
  const struct {
    Phase phase;
    int error;
    Outcome outcome;
    Cause cause;
  } kCases[] = {
      {Phase::connect, ECONNREFUSED, Outcome::failed, Cause::net_refused},
      {Phase::connect, ETIMEDOUT, Outcome::failed, Cause::net_timeout},
      {Phase::ehlo, ETIMEDOUT, Outcome::failed, Cause::net_timeout},
      {Phase::connect, ECANCELED, Outcome::failed, Cause::net_timeout},
      {Phase::connect, EHOSTUNREACH, Outcome::failed, Cause::net_unreachable},
      {Phase::connect, ENOPROTOOPT, Outcome::failed, Cause::net_unreachable},
      {Phase::connect, EHOSTDOWN, Outcome::failed, Cause::net_unreachable},
      {Phase::connect, ENONET, Outcome::failed, Cause::net_unreachable},
      {Phase::connect, EOPNOTSUPP, Outcome::failed, Cause::net_unreachable},
      {Phase::connect, EPROTO, Outcome::failed, Cause::net_unreachable},
      {Phase::connect, EMSGSIZE, Outcome::failed, Cause::net_unreachable},
      {Phase::connect, ENETUNREACH, Outcome::local, Cause::local_no_route},
      {Phase::connect, ENETDOWN, Outcome::local, Cause::local_no_route},
      {Phase::greeting, ENETUNREACH, Outcome::failed, Cause::net_unreachable},
      {Phase::connect, EAFNOSUPPORT, Outcome::local, Cause::local_no_route},
      {Phase::connect, EINVAL, Outcome::local, Cause::local_no_route},
      {Phase::connect, EACCES, Outcome::local, Cause::local_firewall},
      {Phase::connect, EPERM, Outcome::local, Cause::local_firewall},
      {Phase::greeting, ECONNRESET, Outcome::failed, Cause::net_reset},
      {Phase::ehlo, ECONNABORTED, Outcome::failed, Cause::net_reset},
      {Phase::quit, EPIPE, Outcome::failed, Cause::net_reset},
  };
  for (const auto& known : kCases) {
    INFO(to_string(known.phase) << " " << known.error);
    CHECK(classify_errno(known.phase, known.error) == Verdict{known.outcome, known.cause});
    CHECK_FALSE(is_local_shortage(known.error));
  }
}

TEST_CASE("a shortage on this machine is never the target's failure", "[verdict]") {
  for (const int error : {EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL, EADDRINUSE, EAGAIN}) {
    INFO(error);
    CHECK(is_local_shortage(error));
    CHECK(classify_errno(Phase::connect, error) == Verdict{Outcome::local, Cause::local_resource});
  }
}

TEST_CASE("the record header distinguishes TLS from other noise", "[verdict]") {
  CHECK(classify_noise("\x16\x03\x01\x02") == Cause::protocol_tls_first);
  CHECK(classify_noise("\x15\x03\x03") == Cause::protocol_tls_first);
  CHECK(classify_noise("\x14\x03") == Cause::protocol_tls_first);
  CHECK(classify_noise("\x17\x03") == Cause::protocol_tls_first);
  CHECK(classify_noise("\x18\x03") == Cause::protocol_not_smtp);
  CHECK(classify_noise("\x13\x03") == Cause::protocol_not_smtp);
  CHECK(classify_noise("\x16\x02") == Cause::protocol_not_smtp);
  CHECK(classify_noise("\x16") == Cause::protocol_not_smtp);
  CHECK(classify_noise("") == Cause::protocol_not_smtp);
  CHECK(classify_noise("SSH-2.0-x\r\n") == Cause::protocol_not_smtp);
  CHECK(classify_noise("HTTP/1.1 400 Bad Request\r\n") == Cause::protocol_not_smtp);
}

TEST_CASE("every cause has an outcome, and only none is ok", "[verdict]") {
  for (const Cause cause : all_causes()) {
    INFO(to_string(cause));
    const std::string word(to_string(cause));
    CHECK((outcome_of(cause) == Outcome::ok) == (cause == Cause::none));
    CHECK((outcome_of(cause) == Outcome::local) == word.starts_with("local."));
    if (word.starts_with("net.")) CHECK(outcome_of(cause) == Outcome::failed);
    if (word.starts_with("input.")) CHECK(outcome_of(cause) == Outcome::invalid);
    if (word.starts_with("dns.")) CHECK(outcome_of(cause) == Outcome::failed);
  }
}

TEST_CASE("an MX that names no server is failed, an alias is degraded", "[verdict]") {
  CHECK(outcome_of(Cause::config_mx_is_address) == Outcome::failed);
  CHECK(outcome_of(Cause::config_mx_localhost) == Outcome::failed);
  CHECK(outcome_of(Cause::config_mx_private_ip) == Outcome::failed);
  CHECK(outcome_of(Cause::config_mx_cname) == Outcome::degraded);
  CHECK(outcome_of(Cause::config_null_mx_or_no_mail) == Outcome::refused);
}

TEST_CASE("every cause has an explanation of its own", "[verdict]") {
  std::set<std::string_view> sentences;
  for (const Cause cause : all_causes()) {
    INFO(to_string(cause));
    const std::string_view sentence = explain(cause);
    REQUIRE_FALSE(sentence.empty());
    CHECK(sentence.back() != '.');
    CHECK(sentences.insert(sentence).second);
  }
}

TEST_CASE("a failure of TLS has a cause, which names our side where it is ours", "[verdict]") {
  using tls::Failure;
  CHECK(cause_of(Failure::none) == Cause::none);
  CHECK(cause_of(Failure::closed) == Cause::net_closed_early);
  CHECK(cause_of(Failure::bad_certificate) == Cause::tls_bad_certificate);
  for (const Failure ours : {Failure::limit, Failure::unsupported, Failure::shortage}) {
    CHECK(outcome_of(cause_of(ours)) == Outcome::local);
  }
  for (const Failure theirs :
       {Failure::not_tls, Failure::version, Failure::handshake_failure, Failure::client_certificate,
        Failure::alert, Failure::bad_certificate, Failure::malformed}) {
    CHECK(to_string(cause_of(theirs)).starts_with("tls."));
  }
}

TEST_CASE("what is wrong with a certificate is a cause of its own", "[verdict]") {
  using tls::VerifyError;
  CHECK(cause_of(VerifyError::none) == Cause::none);
  CHECK(cause_of(VerifyError::certificate_expired) == Cause::certificate_expired);
  CHECK(cause_of(VerifyError::certificate_not_trusted) == Cause::certificate_not_trusted);
  CHECK(cause_of(VerifyError::certificate_host_mismatch) == Cause::certificate_host_mismatch);
  CHECK(cause_of(VerifyError::validation_failure) == Cause::certificate_validation_failure);
}

TEST_CASE("docs/causes.md has the causes, anomalies and findings of the program", "[verdict]") {
  const std::string page = read_file(MXSWEEP_SOURCE_DIR "/docs/causes.md");
  const std::size_t tables = page.find("\n## Causes\n");
  REQUIRE(tables != std::string::npos);
  INFO("from its heading Causes on, the page has to be what `mxsweep manual causes` prints");
  CHECK(page.substr(tables + 1) == causes_page());
}

TEST_CASE("every cause, anomaly and finding has its row in the tables", "[verdict]") {
  const std::string page = causes_page();
  std::vector<std::string_view> words;
  for (const CauseRow& row : cause_rows()) words.push_back(row.word);
  for (const AnomalyRow& row : anomaly_rows()) words.push_back(row.word);
  for (const FindingRow& row : finding_rows()) words.push_back(row.word);
  for (const std::string_view word : words) {
    const std::string row = "\n| `" + std::string(word) + "` | ";
    INFO(row);
    const std::size_t found = page.find(row);
    CHECK(found != std::string::npos);
    CHECK(page.find(row, found + 1) == std::string::npos);
  }
}

Phase phase_of(const std::string& word) {
  return word == "banner" ? Phase::greeting : phase_named(word);
}

TEST_CASE("replies of other collections have their known causes", "[verdict][corpora]") {
  for (const std::string& line : corpus_lines("reply_causes.jsonl")) {
    INFO(line);
    // There the refusal to relay is the good end of a test for open relays.
    const std::string given = member(line, "cause");
    const std::string word = given == "ok.relay_denied" ? "policy.relay_denied" : given;
    const std::optional<Cause> expected = cause_named(word);
    REQUIRE(expected);
    const std::string reply = member(line, "reply") + "\r\n";
    const Verdict seen = classify(phase_of(member(line, "phase")), reply);
    CHECK(to_string(seen.cause) == to_string(*expected));
  }
}

TEST_CASE("lines of real bounces have a verdict", "[verdict][corpora]") {
  for (const std::string& line : corpus_lines("reply_lines.txt")) {
    INFO(line);
    const Verdict seen = classify(Phase::quit, line + "\r\n");
    CHECK(seen.outcome == (code_of(line) >= 400 ? Outcome::refused : Outcome::failed));
  }
}

}  // namespace
}  // namespace mxsweep::verdict
