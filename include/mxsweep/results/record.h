// SPDX-License-Identifier: MIT
// What one probe learned, ready to be written. Partial records are normal: what was not reached or
// is not known is absent.
//
//   Shape     The record's schema 1, in the order of its keys.
//   Units     octets; Durations; `at` is wall time.
//   Lifetime  All views; the record is built, written and gone within one call.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "mxsweep/core/address.h"
#include "mxsweep/core/anomaly.h"
#include "mxsweep/core/finding.h"
#include "mxsweep/core/outcome.h"
#include "mxsweep/core/time.h"
#include "mxsweep/tls/facts.h"

namespace mxsweep::results {

// A reply as it came off the wire, code and line ends included. Empty means that there was none;
// code 0 means that what was said is not an SMTP reply.
struct ReplyText {
  int code = 0;
  std::string_view octets{};
};

enum class Verb : std::uint8_t { ehlo, helo };
enum class Offered : std::uint8_t { not_known, yes, no };
inline constexpr std::size_t kOfferedCount = 3;

// How much of the certificate chain a record holds: all of it, the server's own certificate, or the
// digests of all.
enum class ChainDetail : std::uint8_t { full, leaf, digest };

// Each phase's own share; negative means that the phase was not reached.
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

// The reply that each phase ended with; code 0: there was none. Where the code says all, as with an
// accepted STARTTLS, there is no text.
struct PhaseReplies {
  std::array<ReplyText, kPhaseCount> of{};

  ReplyText& operator[](Phase phase) { return of[static_cast<std::size_t>(phase)]; }
  const ReplyText& operator[](Phase phase) const { return of[static_cast<std::size_t>(phase)]; }
};

struct Record {
  std::string_view target;  // As written in the list.
  std::uint64_t line = 0;   // Counted from 1; 0 means that there was no list.
  std::string_view meta;    // JSON, handed through octet for octet; empty: absent.

  // How DNS led here.
  std::string_view domain;          // The mail domain, as A-labels; empty: absent.
  std::string_view mx_host;         // Of the MX record; empty: there was none (implicit MX).
  std::uint16_t mx_preference = 0;  // Means something only where there was one.
  std::string_view unicode;         // What domain, or else name, is in U-labels; empty: the same.
  bool authentic = false;           // The resolver says that it has validated all of it (AD).
  FindingSet findings;

  Address ip;                 // Family::none: absent.
  std::uint16_t port = 0;     // 0: absent.
  std::string_view name;      // Empty: absent.
  std::uint32_t attempt = 0;  // 0: absent (no connection was tried).
  WallTime at{};
  bool shared = false;  // The facts are of a visit that was recorded for another line.

  Outcome outcome = Outcome::local;
  Phase phase = Phase::input;
  Cause cause = Cause::none;
  std::string_view input_key;  // Which key of the input line is wrong; empty: absent.
  std::string_view input_why;  // What is wrong with it; empty: absent.
  ReplyText reply;             // The reply that decided an outcome other than ok.
  int socket_errno = 0;        // 0: absent.

  PhaseReplies replies;
  Verb verb = Verb::ehlo;
  Offered starttls_offered = Offered::not_known;
  bool starttls_known = false;  // Whether "starttls" is in the record at all.

  std::optional<tls::Facts> tls;  // Nothing: no TLS was begun.
  ChainDetail chain_detail = ChainDetail::full;
  Verb verb_tls = Verb::ehlo;

  AnomalySet anomalies;
  std::uint32_t bytes_in = 0;
  std::uint32_t bytes_out = 0;
  PhaseTimes ms;
};

}  // namespace mxsweep::results
