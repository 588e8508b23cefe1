// SPDX-License-Identifier: MIT
#include "mxsweep/verdict/classify.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "mxsweep/core/anomaly.h"
#include "mxsweep/core/finding.h"
#include "mxsweep/verdict/explain.h"
#include "support/catch.h"
#include "verdict/replies.h"
#include "verdict/reply_rows.h"

namespace mxsweep::verdict {
namespace {

int code_of(std::string_view reply) { return std::atoi(std::string(reply.substr(0, 3)).c_str()); }

Verdict classify(Phase phase, std::string_view reply) {
  return classify_reply(phase, code_of(reply), reply);
}

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

std::vector<std::string> phrases_of(const ReplyRow& row) {
  std::vector<std::string> phrases;
  std::string_view rest = row.phrases;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('|'), rest.size());
    phrases.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return phrases;
}

// The shortest reply that a row asks for: its code, its enhanced code and one phrase.
std::string reply_for(const ReplyRow& row, const std::string& phrase) {
  std::string reply = std::to_string(row.codes.first) + " ";
  if (row.enhanced.subject != EnhancedRange::kAnySubject) {
    reply += reply.substr(0, 1) + "." + std::to_string(row.enhanced.subject) + "." +
             std::to_string(row.enhanced.detail_first) + " ";
  }
  return reply + phrase + "\r\n";
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

// A corpus that lies elsewhere; empty when nobody says where.
std::string read_corpus(const char* name) {
  const char* const folder = std::getenv("MXSWEEP_CORPORA");
  if (folder == nullptr) return {};
  const std::string corpus = read_file(std::string(folder) + "/" + name);
  REQUIRE_FALSE(corpus.empty());
  return corpus;
}

// The value of a string member in one line of flat JSON without escapes.
std::string member(const std::string& line, const std::string& key) {
  const std::string opening = "\"" + key + "\": \"";
  const std::size_t start = line.find(opening);
  if (start == std::string::npos) return {};
  const std::size_t value = start + opening.size();
  return line.substr(value, line.find('"', value) - value);
}

template <typename Visit>
void for_each_line(const std::string& text, Visit visit) {
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    visit(text.substr(start, end - start));
    start = end + 1;
  }
}

TEST_CASE("a refusal is understood as its server meant it", "[verdict]") {
  for (const fixtures::Refusal& refusal : fixtures::kRefusals) {
    INFO(to_string(refusal.phase) << ": " << refusal.reply);
    CHECK(to_string(classify(refusal.phase, refusal.reply).cause) == to_string(refusal.cause));
  }
}

TEST_CASE("every row of the table is reached by some refusal", "[verdict]") {
  std::vector<bool> reached(reply_rows().size());
  for (const fixtures::Refusal& refusal : fixtures::kRefusals) {
    reached[fitting_row(refusal.phase, code_of(refusal.reply), refusal.reply)] = true;
  }
  for (std::size_t i = 0; i < reached.size(); ++i) {
    INFO("row " << i << ": " << to_string(reply_rows()[i].cause) << ", " << reply_rows()[i].why);
    CHECK(reached[i]);
  }
}

TEST_CASE("no phrase of the table hides behind another", "[verdict]") {
  for (std::size_t i = 0; i < reply_rows().size(); ++i) {
    const ReplyRow& row = reply_rows()[i];
    const std::vector<std::string> phrases = phrases_of(row);
    for (const std::string& phrase : phrases) {
      INFO(phrase);
      const std::string reply = reply_for(row, phrase);
      CHECK(fitting_row(first_phase_of(row), row.codes.first, reply) == i);
      CHECK(std::none_of(phrases.begin(), phrases.end(), [&](const std::string& other) {
        return other != phrase && phrase.find(other) != std::string::npos;
      }));
    }
  }
}

TEST_CASE("a refused greeting or EHLO is a refusal and never a failure", "[verdict]") {
  for (const Phase phase : {Phase::greeting, Phase::ehlo, Phase::ehlo_tls}) {
    for (int code = 400; code < 600; ++code) {
      INFO(to_string(phase) << " " << code);
      CHECK(classify(phase, std::to_string(code) + " no\r\n").outcome == Outcome::refused);
    }
  }
  for (const fixtures::Refusal& refusal : fixtures::kRefusals) {
    if (refusal.phase == Phase::starttls || code_of(refusal.reply) < 400) continue;
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

TEST_CASE("a code that is neither a refusal nor expected is not SMTP", "[verdict]") {
  for (const int code : {0, 100, 200, 354, 399, 600, 999}) {
    INFO(code);
    CHECK(classify_reply(Phase::greeting, code, "") ==
          Verdict{Outcome::failed, Cause::protocol_not_smtp});
  }
}

TEST_CASE("a reply is folded to its words", "[verdict]") {
  CHECK(Folded("").text() == " ");
  CHECK(Folded("421\r\n").text() == " ");
  CHECK(Folded("421 4.7.0 Try  AGAIN-later!\r\n").text() == " try again later ");
  CHECK(Folded("421-#4.4.5 see http://a.example/x.\r\n421 now").text() ==
        " see http a.example x now ");
  CHECK(Folded("554 caf\xe9 \0x\r\n").text() == " caf ");

  const std::string endless = "554 " + std::string(60'000, 'a');
  CHECK(Folded(endless).text().size() == Folded::kOctetsMax);
  CHECK(Folded(endless).text().ends_with("aa "));
  std::string lines;
  for (int i = 0; i < 500; ++i) lines += "554-word\r\n";
  CHECK(Folded(lines).text().size() <= Folded::kOctetsMax);
}

TEST_CASE("any octets whatever have a verdict", "[verdict]") {
  for (int octet = 0; octet < 256; ++octet) {
    const std::string reply = "554 " + std::string(9, static_cast<char>(octet));
    CHECK(classify(Phase::ehlo, reply).outcome == Outcome::refused);
  }
}

TEST_CASE("an errno says whose side failed", "[verdict]") {
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

TEST_CASE("what we ran short of is never the target's failure", "[verdict]") {
  for (const int error : {EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL, EADDRINUSE, EAGAIN}) {
    INFO(error);
    CHECK(is_local_shortage(error));
    CHECK(classify_errno(Phase::connect, error) == Verdict{Outcome::local, Cause::local_resource});
  }
}

TEST_CASE("TLS is told from other noise by its record header", "[verdict]") {
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

TEST_CASE("every cause has its outcome, and only none is ok", "[verdict]") {
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

TEST_CASE("an MX that names no server is a failure, an alias is one to mend", "[verdict]") {
  CHECK(outcome_of(Cause::config_mx_is_address) == Outcome::failed);
  CHECK(outcome_of(Cause::config_mx_localhost) == Outcome::failed);
  CHECK(outcome_of(Cause::config_mx_private_ip) == Outcome::failed);
  CHECK(outcome_of(Cause::config_mx_cname) == Outcome::degraded);
  CHECK(outcome_of(Cause::config_null_mx_or_no_mail) == Outcome::refused);
}

TEST_CASE("every cause is explained in a sentence of its own", "[verdict]") {
  std::set<std::string_view> sentences;
  for (const Cause cause : all_causes()) {
    INFO(to_string(cause));
    const std::string_view sentence = explain(cause);
    REQUIRE_FALSE(sentence.empty());
    CHECK(sentence.back() != '.');
    CHECK(sentences.insert(sentence).second);
  }
}

TEST_CASE("docs/causes.md explains every cause, anomaly and finding", "[verdict]") {
  const std::string page = read_file(MXSWEEP_SOURCE_DIR "/docs/causes.md");
  REQUIRE_FALSE(page.empty());
  for (const Cause cause : all_causes()) {
    INFO(to_string(cause));
    CHECK(page.find("\n| `" + std::string(to_string(cause)) + "` | ") != std::string::npos);
  }
  for (std::size_t i = 0; i < kAnomalyCount; ++i) {
    const std::string_view word = to_string(static_cast<Anomaly>(i));
    INFO(word);
    CHECK(page.find("\n| `" + std::string(word) + "` | ") != std::string::npos);
  }
  for (std::size_t i = 0; i < kFindingCount; ++i) {
    const std::string_view word = to_string(static_cast<Finding>(i));
    INFO(word);
    CHECK(page.find("\n| `" + std::string(word) + "` | ") != std::string::npos);
  }
}

// Later phases than ours (MAIL, RCPT) are read as one in which no row of a phase's own applies.
Phase phase_of(const std::string& word) {
  if (word == "banner") return Phase::greeting;
  if (word == "ehlo") return Phase::ehlo;
  if (word == "starttls") return Phase::starttls;
  return Phase::quit;
}

TEST_CASE("replies collected elsewhere keep their causes", "[verdict][corpora]") {
  for_each_line(read_corpus("reply_causes.jsonl"), [](const std::string& line) {
    const std::optional<Cause> expected = cause_named(member(line, "cause"));
    if (!expected) return;  // A cause of phases that we do not have: relaying, recipients.
    INFO(line);
    const std::string reply = member(line, "reply") + "\r\n";
    const Verdict seen = classify(phase_of(member(line, "phase")), reply);
    CHECK(to_string(seen.cause) == to_string(*expected));
  });
}

TEST_CASE("lines of real bounces have a verdict", "[verdict][corpora]") {
  for_each_line(read_corpus("reply_lines.txt"), [](const std::string& line) {
    INFO(line);
    const Verdict seen = classify(Phase::quit, line + "\r\n");
    CHECK(seen.outcome == (code_of(line) >= 400 ? Outcome::refused : Outcome::failed));
  });
}

}  // namespace
}  // namespace mxsweep::verdict
