// SPDX-License-Identifier: MIT
#include "cli/transcript.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "mxsweep/verdict/classify.h"
#include "mxsweep/verdict/explain.h"

namespace mxsweep::cli {
namespace {

constexpr const char* kGood = "1;32";
constexpr const char* kDoubtful = "1;33";
constexpr const char* kBad = "1;31";
constexpr const char* kAside = "2";
constexpr std::size_t kNamesShown = 8;
constexpr int kDaysLeftFew = 21;  // Time to renew.

double milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

std::string day(WallTime time) {
  return fmt::format("{:%Y-%m-%d}", std::chrono::floor<std::chrono::seconds>(time));
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

std::string described(const tls::Session& session) {
  if (session.cipher.empty()) return fmt::format("{}, not finished", session.version);
  std::string text = fmt::format("{}, {}", session.version, session.cipher);
  if (!session.group.empty()) text += fmt::format(", {}", session.group);
  if (!session.signature.empty()) text += fmt::format(", {}", session.signature);
  return text;
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

std::string printable(std::string_view octets) {
  std::string text;
  for (const char c : octets) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet >= 0x20 && octet < 0x7f) {
      text += c;
    } else {
      text += fmt::format("\\x{:02x}", octet);
    }
  }
  return text;
}

void Transcript::hear(const targets::Target& target, const scan::Event& event) const {
  switch (event.what) {
    case scan::Told::connecting:
      return say(event, kAside,
                 fmt::format("* connecting to {} port {}", to_string(target.address), target.port));
    case scan::Told::connected: return say(event, kAside, "* connected");
    case scan::Told::sent: return lines(event, "36", "> ");
    case scan::Told::received: return lines(event, "32", "< ");
    case scan::Told::handshake: return say(event, kAside, "* TLS handshake");
    case scan::Told::secured:
      return say(event, kAside, "* secured: " + described(event.tls->session));
    case scan::Told::closed: return say(event, kAside, "* the server closed the connection");
    case scan::Told::failed:
      return say(
          event, "31",
          fmt::format("* {} ({})", std::strerror(event.error), ::strerrorname_np(event.error)));
    case scan::Told::deadline: return say(event, "31", "* waited long enough");
  }
}

void Transcript::conclude(const results::Record& record) const {
  fmt::print("\n{}: {}.\n", painted(colour_of(record.outcome), to_string(record.outcome)),
             verdict::explain(record.cause));
  fmt::print("It ended in phase {}, cause {}.", to_string(record.phase), to_string(record.cause));
  if (record.starttls_known) {
    constexpr std::string_view kOffered[] = {"unknown", "yes", "no"};
    fmt::print(" STARTTLS offered: {}.",
               kOffered[static_cast<std::size_t>(record.starttls_offered)]);
  }
  fmt::print("\n");
  if (record.tls != nullptr) certificates(record);
  std::string odd;
  for (std::size_t i = 0; i < kAnomalyCount; ++i) {
    const auto anomaly = static_cast<Anomaly>(i);
    if (record.anomalies.has(anomaly)) odd += fmt::format(" {}", to_string(anomaly));
  }
  if (!odd.empty()) fmt::print("Anomalies:{}.\n", odd);
  fmt::print("Times:");
  for (std::size_t i = 0; i < kPhaseCount; ++i) {
    if (record.ms.of[i] < Duration::zero()) continue;
    fmt::print(" {} {:.3f} ms,", to_string(static_cast<Phase>(i)), milliseconds(record.ms.of[i]));
  }
  fmt::print(" total {:.3f} ms.\n", milliseconds(record.ms.total));
}

void Transcript::certificates(const results::Record& record) const {
  const tls::Facts& facts = *record.tls;
  if (!facts.session.version.empty()) fmt::print("TLS: {}.\n", described(facts.session));
  if (!facts.alert.empty()) fmt::print("The server sent the alert {}.\n", facts.alert);
  if (facts.client_certificate_requested) fmt::print("It asks for a client certificate.\n");
  if (facts.chain == nullptr) return;
  if (facts.verified) {
    fmt::print("Certificate: {}{}.\n", painted(kGood, "valid"),
               facts.name_match ? " for " + printable(record.name) : "; no name to compare with");
  } else {
    fmt::print("Certificate: {}, {}.\n", painted(kDoubtful, to_string(facts.verify_error)),
               verdict::explain(verdict::cause_of(facts.verify_error)));
  }
  if (facts.name_match == false &&
      facts.verify_error != tls::VerifyError::certificate_host_mismatch)
    fmt::print("It is not for {} either.\n", printable(record.name));
  if (facts.cn_match) fmt::print("Only its common name is {}.\n", printable(record.name));
  if (facts.days_left) {
    const bool few = *facts.days_left < kDaysLeftFew;
    const bool of_leaf = facts.days_left_of == facts.chain->certificates.front().sha256;
    fmt::print("Days left: {}{}.\n",
               painted(few ? kDoubtful : kGood, std::to_string(*facts.days_left)),
               of_leaf ? "" : ", of an authority's certificate");
  }
  int number = 0;
  for (const tls::Certificate& certificate : facts.chain->certificates) {
    fmt::print("  {} {}\n", number++, printable(certificate.subject));
    if (!certificate.names.empty()) fmt::print("    for       {}\n", names_of(certificate));
    fmt::print("    issuer    {}{}\n", printable(certificate.issuer),
               certificate.self_signed ? " (itself)" : "");
    fmt::print("    valid     {} to {}, {}, {}\n", day(certificate.not_before),
               day(certificate.not_after), certificate.key, certificate.signature);
    fmt::print("    sha256    {:02x}\n", fmt::join(certificate.sha256, ""));
  }
  if (facts.chain->cut) fmt::print("  It sent more certificates, which are not looked at.\n");
}

std::string Transcript::painted(const char* colour, std::string_view text) const {
  return colour_ ? fmt::format("\033[{}m{}\033[0m", colour, text) : std::string(text);
}

void Transcript::say(const scan::Event& event, const char* colour, std::string_view text) const {
  fmt::print("{:>10.3f} ms  {}\n", milliseconds(event.at), painted(colour, text));
}

void Transcript::lines(const scan::Event& event, const char* colour, const char* mark) const {
  std::string_view rest = event.octets;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1);
    std::string_view line = rest.substr(0, end + 1);
    rest.remove_prefix(end + 1);
    if (line.ends_with("\r\n")) line.remove_suffix(2);
    say(event, colour, mark + printable(line));
  }
}

}  // namespace mxsweep::cli
