// SPDX-License-Identifier: MIT
// What is known of a domain's SPF: its record, and what its evaluation costs whichever the sender.
//
//   Source   RFC 7208 sections 2.6 (results), 4.6.4 (limits).
//   Shape    terms are in the order in which an evaluation meets them that nothing matches, those
//            of included records behind the term that includes them: as many as `lookups`.
//   Memory   kTermsMax terms, each text cut to kShownOctetsMax; findings are at most kFindingsMax.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/check_finding.h"
#include "mxsweep/core/presence.h"
#include "mxsweep/spf/check_host.h"

namespace mxsweep::spf {

// none: there is no record. ok: no sender meets an error. permerror: some sender does.
// temperror: a lookup failed, so that it is not known.
enum class LintVerdict : std::uint8_t { none, ok, permerror, temperror };
[[nodiscard]] std::string_view to_string(LintVerdict verdict);

inline constexpr std::size_t kTermsMax = 100;  // Ten times what any evaluation may have.
inline constexpr std::size_t kShownOctetsMax = 255;
inline constexpr std::size_t kFindingsMax = 50;

// A term with a lookup.
struct CountedTerm {
  std::string term{};
  std::string at{};      // The name whose record it stands in.
  unsigned lookups = 0;  // With those of the records that it leads to.
  unsigned voids = 0;
  bool depends_on_sender = false;  // Its lookups could not be made without one.
};

// What check_host() says of mail from the domain's postmaster that comes from the address.
struct SenderReport {
  Address address{};
  HostVerdict verdict{};
};

struct SpfReport {
  Presence present = Presence::unknown;
  LintVerdict verdict = LintVerdict::temperror;
  std::string record{};
  unsigned lookups = 0;
  // Lookups that find nothing for any sender. Where a host has addresses of one family only,
  // senders of the other meet more.
  unsigned voids = 0;
  bool partial = false;  // A failure or a limit of ours cut the tree: counts are at least these.
  bool depends_on_sender = false;
  std::vector<CountedTerm> terms{};
  std::vector<SenderReport> from{};
  FindingReports findings{};
};

// One JSON object:
//   {"present":"yes","verdict":"permerror","record":"v=spf1 ...","lookups":12,"voids":0,
//    "partial":false,"depends_on_sender":false,
//    "terms":[{"term":"include:_spf.example.net","at":"example.org","lookups":8,"voids":0},...],
//    "from":[{"ip":"192.0.2.1","result":"pass","by":"ip4:192.0.2.0/24","at":"example.org"}]}
// Without a record it has "present" and "verdict" only; "from" is there if addresses were given.
void append_json(const SpfReport& report, std::string& out);

}  // namespace mxsweep::spf
