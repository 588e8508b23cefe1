// SPDX-License-Identifier: MIT
// Holds the TLSA records of a server against what a visit has shown of it. Pure.
//
//   Source   RFC 7672 section 3 (usages, names), RFC 7671 section 5, RFC 6698 section 2.1; RFC 8460
//            section 4.3 (the words of `cause`).
//   Shape    judge() is a function of the lookup (dane/host.h), of the visit and of the moment.
//            Usage 3: the leaf alone counts, neither names nor dates. Usage 2: a path of signatures
//            from the leaf to the matching certificate, dates, purposes and a name.
//   Cost     digests are compared; a path is verified only for usage 2 (some 0.1 ms for each
//            certificate), once for each matching certificate, and for kForeignAnchorsMax of those
//            that the records have whole.
//   Errors   `unknown`, never `no`, for what cannot be decided: matching types 0 and 2 and usage 2
//            need the certificates' octets (tls::ClientOptions::keep_der).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/check_finding.h"
#include "mxsweep/core/presence.h"
#include "mxsweep/core/time.h"
#include "mxsweep/dane/host.h"
#include "mxsweep/dns/rdata.h"
#include "mxsweep/tls/facts.h"

namespace mxsweep::dane {

enum class Verdict : std::uint8_t {
  unknown,
  pass,
  fail,
  none,         // As of Lookup.
  unusable,     // No usable record: TLS is required, without authentication.
  unavailable,  // As of Lookup.
  insecure,     // As of Lookup.
};
[[nodiscard]] std::string_view to_string(Verdict verdict);

enum class Match : std::uint8_t {
  unknown,
  no,
  leaf,      // The server's own certificate, or its key.
  ta,        // One above it; the verdict says whether the path and the name hold.
  unusable,  // Not for SMTP (usages 0 and 1), or not by any rule.
};
[[nodiscard]] std::string_view to_string(Match match);

// Certificates and keys that records have whole and that the server need not send. More are not
// tried: one is rare.
inline constexpr std::size_t kForeignAnchorsMax = 4;

// With fewer days left, a record of the certificate itself is worth a notice.
inline constexpr int kDaysBeforeRenewal = 30;

// What a visit has shown of the server.
struct Shown {
  const tls::Chain* chain = nullptr;      // Null: no certificate was received.
  Presence starttls = Presence::unknown;  // `no`: not offered, or refused.
  WallTime now{};
};

struct JudgedRecord {
  dns::Tlsa record{};
  Match match = Match::unknown;
};

struct Report {
  Verdict verdict = Verdict::unknown;
  std::string base{};
  std::vector<JudgedRecord> records{};
  // Whether a record of another key or certificate stands beside one that matches: the next one, or
  // the last one, or that of an authority.
  bool rollover = false;
  // What the TLS report of a sender that requires DANE would have; empty: nothing.
  std::string_view cause{};
  std::string detail{};  // HostReport's.
  FindingReports findings{};
};

[[nodiscard]] Report judge(const HostReport& host, const Shown& shown);

// Whether a record counts for SMTP at all, whatever it matches.
[[nodiscard]] bool is_usable(const dns::Tlsa& record);

// "3 1 1 0a0b...". Data beyond kTextOctetsMax are cut, which "..." at the end shows.
inline constexpr std::size_t kTextOctetsMax = 64;
[[nodiscard]] std::string text_of(const dns::Tlsa& record);

// Appends an object:
//   {"verdict":"pass","base":"mx1.example.net",
//    "records":[{"tlsa":"3 1 1 0a0b...","matches":"leaf"}],"rollover":false}
// with "cause" and "detail" where they say something, and without what is empty.
void append_json(const Report& report, std::string& out);

}  // namespace mxsweep::dane
