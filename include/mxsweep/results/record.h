// SPDX-License-Identifier: MIT
// The result of one probe, ready to be written. Partial records are normal: a field that was not
// reached or is not known is absent.
//
//   Shape     The fields of the record's schema 1, in the order of its keys.
//   Units     octets; Durations; `at` is wall time.
//   Lifetime  a Record holds views only; it is built, written and discarded within one call.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "mxsweep/core/address.h"
#include "mxsweep/core/anomaly.h"
#include "mxsweep/core/finding.h"
#include "mxsweep/core/outcome.h"
#include "mxsweep/core/protocol.h"
#include "mxsweep/core/software.h"
#include "mxsweep/core/time.h"
#include "mxsweep/tls/enumeration.h"
#include "mxsweep/tls/facts.h"

namespace mxsweep::results {

// A reply as received, with code and line ends. Empty: there was none. The code is SMTP's, or the
// value of imap::Status or pop3::Status; 0: the octets are no reply of that protocol.
struct ReplyText {
  int code = 0;
  std::string_view octets{};
  Protocol protocol = Protocol::smtp;
};

enum class Verb : std::uint8_t { ehlo, helo };
enum class Offered : std::uint8_t { not_known, yes, no };
inline constexpr std::size_t kOfferedCount = 3;

// How much of the certificate chain a record contains: all of it, only the server's own
// certificate, or only the digests of all certificates.
enum class ChainDetail : std::uint8_t { full, leaf, digest };

// The time spent in each phase; negative if the phase was not reached.
inline constexpr Duration kNotReached{-1};
struct PhaseTimes {
  std::array<Duration, kPhaseCount> of = filled();  // Indexed by Phase; input is not used.
  Duration total = kNotReached;

  Duration& operator[](Phase phase) { return of[static_cast<std::size_t>(phase)]; }
  Duration operator[](Phase phase) const { return of[static_cast<std::size_t>(phase)]; }

 private:
  static constexpr std::array<Duration, kPhaseCount> filled() {
    std::array<Duration, kPhaseCount> all{};
    all.fill(kNotReached);
    return all;
  }
};

// The reply that each phase ended with; code 0: there was none. Where the code is enough, as with
// an accepted STARTTLS, there is no text.
struct PhaseReplies {
  std::array<ReplyText, kPhaseCount> of{};

  ReplyText& operator[](Phase phase) { return of[static_cast<std::size_t>(phase)]; }
  const ReplyText& operator[](Phase phase) const { return of[static_cast<std::size_t>(phase)]; }
};

// IMAP's CAPABILITY and POP3's CAPA stand where SMTP has EHLO.
struct Record {
  std::string_view target;  // As written in the list.
  std::uint64_t line = 0;   // Counted from 1; 0: there is no list.
  std::string_view list;    // The name of that list; empty: absent, because there is only one.
  std::string_view meta;    // JSON, copied octet for octet; empty: absent.

  // The path through DNS to this server.
  std::string_view domain;          // The mail domain, as A-labels; empty: absent.
  std::string_view mx_host;         // Of the MX record; empty: there is none (implicit MX).
  std::uint16_t mx_preference = 0;  // Meaningful only with mx_host.
  std::string_view unicode;         // domain, or else name, in U-labels; empty if it is the same.
  bool authentic = false;           // The resolver has validated all answers (AD).
  FindingSet findings;

  Address ip;              // Family::none: absent.
  std::uint16_t port = 0;  // 0: absent.
  Protocol protocol = Protocol::smtp;
  std::string_view name;      // Empty: absent.
  std::uint32_t attempt = 0;  // 0: absent (no connection was tried).
  WallTime at{};
  bool shared = false;  // The result is that of a visit that was recorded for another line.

  Outcome outcome = Outcome::local;
  Phase phase = Phase::input;
  Cause cause = Cause::none;
  std::string_view input_key;  // The key of the input line that is wrong; empty: absent.
  std::string_view input_why;  // What is wrong with it; empty: absent.
  ReplyText reply;             // The reply that decided an outcome other than ok.
  int socket_errno = 0;        // 0: absent.

  PhaseReplies replies;
  Verb verb = Verb::ehlo;
  Offered starttls_offered = Offered::not_known;
  bool starttls_known = false;  // Whether the record has "starttls" at all.

  std::optional<tls::Facts> tls;  // Nothing: TLS was not started.
  ChainDetail chain_detail = ChainDetail::full;
  const tls::Enumeration* tls_enumeration = nullptr;  // Null: none was made.
  Verb verb_tls = Verb::ehlo;

  std::optional<Software> software;  // Nothing: it is not known, or it was not looked for.

  std::string_view checks;  // What DNS has on the server: a JSON object; empty: absent.

  AnomalySet anomalies;
  std::uint32_t bytes_in = 0;
  std::uint32_t bytes_out = 0;
  PhaseTimes ms;
};

}  // namespace mxsweep::results
