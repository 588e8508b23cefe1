// SPDX-License-Identifier: MIT
#include "cli/transcript.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "cli/enumeration_words.h"
#include "cli/say.h"
#include "mxsweep/core/counted.h"

namespace mxsweep::cli {
namespace {

constexpr const char* kGood = "1;32";
constexpr const char* kDoubtful = "1;33";
constexpr const char* kBad = "1;31";
constexpr const char* kAside = "2";
constexpr std::size_t kNamesShown = 8;
constexpr std::size_t kValuesShown = 16;  // Of an answer: as many as a route uses.
constexpr int kDaysLeftFew = 21;          // Fewer are highlighted.

double milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

std::string names_of(const tls::Certificate& certificate) {
  std::string text;
  for (std::size_t i = 0; i < std::min(certificate.names.size(), kNamesShown); ++i) {
    text += (i == 0 ? "" : ", ") + printable(certificate.names[i]);
  }
  if (certificate.names.size() > kNamesShown) {
    text += fmt::format(" and {} more", certificate.names.size() - kNamesShown);
  }
  return text;
}

std::string_view type_of(const names::Lookup& lookup) {
  switch (lookup.type) {
    case dns::Type::a: return "A";
    case dns::Type::aaaa: return "AAAA";
    case dns::Type::mx: return "MX";
    case dns::Type::ns:
    case dns::Type::cname:
    case dns::Type::soa:
    case dns::Type::ptr:
    case dns::Type::txt:
    case dns::Type::opt:
    case dns::Type::ds:
    case dns::Type::dnskey:
    case dns::Type::tlsa:
    case dns::Type::caa: break;
  }
  return "?";  // Never queried on the way to a mail server.
}

// An answer in words: its aliases, then its values or why there are none.
std::string described(const dns::Answer& answer) {
  std::string text;
  for (const std::string& alias : answer.aliases)
    text += fmt::format("alias {}, ", printable(alias));
  if (answer.status != dns::LookupStatus::found)
    text += fmt::format("{}, ", to_string(answer.status));
  for (std::size_t i = 0; i < std::min(answer.exchanges.size(), kValuesShown); ++i) {
    const dns::MxRecord& exchange = answer.exchanges[i];
    text += fmt::format("{} {}, ", exchange.preference,
                        exchange.host.empty() ? "." : printable(exchange.host));
  }
  for (std::size_t i = 0; i < std::min(answer.addresses.size(), kValuesShown); ++i) {
    text += to_string(answer.addresses[i]) + ", ";
  }
  const std::size_t values = std::max(answer.exchanges.size(), answer.addresses.size());
  if (values > kValuesShown) text += fmt::format("{} more, ", values - kValuesShown);
  if (answer.authentic) text += "validated, ";
  return text.substr(0, text.find_last_not_of(", ") + 1);
}

std::string described(const tls::Session& session) {
  if (session.cipher.empty()) return fmt::format("{}, not finished", session.version);
  std::string text = fmt::format("{}, {}", session.version, session.cipher);
  if (!session.group.empty()) text += fmt::format(", {}", session.group);
  if (!session.signature.empty()) text += fmt::format(", {}", session.signature);
  return text;
}

std::string described(const Software& software) {
  std::string text = printable(software.product);
  if (!software.release.empty()) text += fmt::format(" {}", printable(software.release));
  if (!software.version.empty()) text += fmt::format(" {}", software.version);
  return fmt::format(
      "{}; {}, by its {}", text, to_string(software.confidence),
      software.evidence == EvidencePart::ehlo ? "reply to EHLO" : to_string(software.evidence));
}

// RFC 8460 has one word for a certificate that has expired and for one that is not valid yet.
bool is_too_early(const results::Record& record) {
  return record.tls->verify_error == tls::VerifyError::certificate_expired &&
         record.tls->chain->certificates.front().not_before > record.at;
}

const char* colour_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok: return kGood;
    case Outcome::degraded:
    case Outcome::refused: return kDoubtful;
    case Outcome::failed:
    case Outcome::invalid:
    case Outcome::excluded:
    case Outcome::local: break;
  }
  return kBad;
}

}  // namespace

void Tally::count(const results::Record& record) {
  totals.count(results::domain_part_of(record));
  ++outcomes[static_cast<std::size_t>(record.outcome)];
  if (!certificate_complaints(record).empty()) ++certificates_at_fault;
}

void Transcript::on_lookup(const names::Lookup& lookup) const {
  const std::string question = fmt::format("{} {}", printable(lookup.name), type_of(lookup));
  if (lookup.answer == nullptr) return say(lookup.at, "36", "? " + question);
  say(lookup.at, "32", fmt::format("= {}: {}", question, described(*lookup.answer)));
}

void Transcript::begin(const names::Task& task) const {
  put("\n");
  const names::Path* const path = task.path.get();
  if (path != nullptr && !path->mx_host.empty()) {
    put("{} {}", path->mx_preference, printable(path->mx_host));
  } else {
    put("{}", printable(task.target.name().empty() ? task.target.host() : task.target.name()));
  }
  const Address& address = task.target.address;
  put("{}\n", address.family == Family::none ? "" : ", " + to_string(address));
}

void Transcript::on_event(const targets::Target& target, Duration at,
                          const engine::Event& event) const {
  using engine::EventKind;
  switch (event.kind) {
    case EventKind::connecting:
      return say(at, kAside,
                 fmt::format("* connecting to {} port {}", to_string(target.address), target.port));
    case EventKind::connected: return say(at, kAside, "* connected");
    case EventKind::sent: return lines(at, event.octets, "36", "> ");
    case EventKind::received: return lines(at, event.octets, "32", "< ");
    case EventKind::handshake: return say(at, kAside, "* TLS handshake");
    case EventKind::secured: return say(at, kAside, "* secured: " + described(event.tls->session));
    case EventKind::closed: return say(at, kAside, "* the server closed the connection");
    case EventKind::failed:
      return say(at, "31",
                 fmt::format("* {} ({})", std::strerror(event.error), errno_name(event.error)));
    case EventKind::deadline: return say(at, "31", "* timed out");
  }
}

void Transcript::conclude(const results::Record& record) const {
  put("\n{}: {}.\n", painted(colour_of(record.outcome), to_string(record.outcome)),
      explained(record));
  for (const std::string& complaint : further_complaints(record)) {
    put("{} {}.\n", painted(kDoubtful, record.outcome == Outcome::ok ? "But" : "And"), complaint);
  }
  put("It ended in phase {}, cause {}.", to_string(record.phase), to_string(record.cause));
  if (record.cause != Cause::none) put(" More: mxsweep explain {}.", to_string(record.cause));
  if (record.starttls_known) {
    constexpr std::string_view kOffered[] = {"unknown", "yes", "no"};
    put(" STARTTLS offered: {}.", kOffered[static_cast<std::size_t>(record.starttls_offered)]);
  }
  put("\n");
  if (record.software.has_value()) put("Software: {}.\n", described(*record.software));
  if (record.tls.has_value()) certificates(record);
  if (record.tls_enumeration != nullptr) put_text(enumeration_text(*record.tls_enumeration));
  std::string odd;
  for (std::size_t i = 0; i < kAnomalyCount; ++i) {
    const auto anomaly = static_cast<Anomaly>(i);
    if (record.anomalies.has(anomaly)) odd += fmt::format(" {}", to_string(anomaly));
  }
  if (!odd.empty()) put("Anomalies:{}.\n", odd);
  std::string found;
  for (std::size_t i = 0; i < kFindingCount; ++i) {
    const auto finding = static_cast<Finding>(i);
    if (record.findings.has(finding)) found += fmt::format(" {}", to_string(finding));
  }
  if (!found.empty()) put("DNS findings:{}.\n", found);
  put("Times:");
  for (std::size_t i = 0; i < kPhaseCount; ++i) {
    if (record.ms.of[i] < Duration::zero()) continue;
    put(" {} {:.3f} ms,", to_string(static_cast<Phase>(i)), milliseconds(record.ms.of[i]));
  }
  put(" total {:.3f} ms.\n", milliseconds(record.ms.total));
}

void Transcript::certificates(const results::Record& record) const {
  const tls::Facts& facts = *record.tls;
  if (!facts.alert.empty()) put("The server sent the alert {}.\n", facts.alert);
  if (facts.client_certificate_requested) put("It asks for a client certificate.\n");
  if (facts.chain == nullptr) return;
  if (facts.verified) {
    put("Certificate: {}{}.\n", painted(kGood, "valid"),
        facts.name_match ? " for " + printable(record.name) : "; no name to compare with");
  } else {
    const std::string_view word = to_string(facts.verify_error);
    put("Certificate: {}{}.\n", is_too_early(record) ? "not valid yet, in RFC 8460's words " : "",
        painted(kDoubtful, word));
  }
  if (facts.cn_match) put("Only its common name is {}.\n", printable(record.name));
  if (facts.days_left) {
    const bool few = *facts.days_left < kDaysLeftFew;
    const bool of_leaf = facts.days_left_of == facts.chain->certificates.front().sha256;
    put("Days left: {}{}.\n", painted(few ? kDoubtful : kGood, std::to_string(*facts.days_left)),
        of_leaf ? "" : ", of an authority's certificate");
  }
  int number = 0;
  for (const tls::Certificate& certificate : facts.chain->certificates) {
    put("  {} {}\n", number++, printable(certificate.subject));
    if (!certificate.names.empty()) put("    for       {}\n", names_of(certificate));
    put("    issuer    {}{}\n", printable(certificate.issuer),
        certificate.self_signed ? " (itself)" : "");
    put("    valid     {} to {}, {}, {}\n", day(certificate.not_before), day(certificate.not_after),
        certificate.key, certificate.signature);
    put("    sha256    {:02x}\n", fmt::join(certificate.sha256, ""));
  }
  if (facts.chain->cut) put("  It sent more certificates, which were ignored.\n");
}

void Transcript::sum_up(std::string_view domain, const Tally& tally) const {
  put("\n{}:", printable(domain));
  if (tally.totals.addresses == 0) {
    put(" no server to visit.\n");
    return;
  }
  std::string_view before = " ";
  for (std::size_t i = 0; i < kOutcomeCount; ++i) {
    if (tally.outcomes[i] == 0) continue;
    const auto outcome = static_cast<Outcome>(i);
    put("{}{} {}", std::exchange(before, ", "), tally.outcomes[i],
        painted(colour_of(outcome), to_string(outcome)));
  }
  put(" of {}", counted(tally.totals.records, "server"));
  const results::Coverage starttls = tally.totals.starttls();
  if (starttls != results::Coverage::not_known) put("; STARTTLS on {}", to_string(starttls));
  if (tally.certificates_at_fault != 0) {
    put("; certificates at fault on {}",
        painted(kDoubtful, std::to_string(tally.certificates_at_fault)));
  }
  put(".\n");
}

std::string Transcript::painted(const char* colour, std::string_view text) const {
  return colour_ ? fmt::format("\033[{}m{}\033[0m", colour, text) : std::string(text);
}

void Transcript::say(Duration at, const char* colour, std::string_view text) const {
  put("{:>10.3f} ms  {}\n", milliseconds(at), painted(colour, text));
}

void Transcript::lines(Duration at, std::string_view octets, const char* colour,
                       const char* mark) const {
  std::string_view rest = octets;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1);
    std::string_view line = rest.substr(0, end + 1);
    rest.remove_prefix(end + 1);
    if (line.ends_with("\r\n")) line.remove_suffix(2);
    say(at, colour, mark + printable(line));
  }
}

}  // namespace mxsweep::cli
