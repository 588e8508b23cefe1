// SPDX-License-Identifier: MIT
// Reads a DMARC policy record. Pure.
//
//   Source   RFC 9989 section 4.7 (tags), 4.8 (grammar) and 4.10.1 (records without `p`); RFC 7489
//            section 6.3 for the tags that are obsolete: pct, rf, ri.
//   Errors   a tag that is unknown, or whose value is none of its own, has no effect. It is kept
//            in `tags`, and one of the second kind in `bad_tags` as well.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/policy/report_uri.h"

namespace mxsweep::policy {

// From the weakest to the strongest.
enum class DmarcPolicy : std::uint8_t { none, quarantine, reject };
[[nodiscard]] std::string_view to_string(DmarcPolicy policy);

// Whether the name is that of a public suffix (`psd`).
enum class PublicSuffix : std::uint8_t { unsaid, yes, no };

// What is kept of a record for display; real ones have 200 octets. All of it is read.
inline constexpr std::size_t kDmarcTextOctetsMax = 4096;
inline constexpr std::size_t kDmarcNameOctetsMax = 64;
inline constexpr std::size_t kDmarcValueOctetsMax = 1024;

struct DmarcTag {
  std::string name;  // As sent, like the value.
  std::string value;

  friend bool operator==(const DmarcTag&, const DmarcTag&) = default;
};

struct DmarcRecord {
  std::string text;            // As sent.
  std::vector<DmarcTag> tags;  // In its order.
  std::optional<DmarcPolicy> p;
  std::optional<DmarcPolicy> sp;
  std::optional<DmarcPolicy> np;
  PublicSuffix psd = PublicSuffix::unsaid;
  bool test = false;                  // t=y: the policy is to be applied one level lower.
  std::optional<std::uint8_t> pct;    // 0 to 100.
  std::vector<ReportUri> rua;         // For aggregate reports,
  std::vector<ReportUri> ruf;         // and for reports of single failures.
  std::vector<std::string> bad_tags;  // Names: no value of its own, no value, or repeated.

  [[nodiscard]] bool has_bad(std::string_view name) const;
  friend bool operator==(const DmarcRecord&, const DmarcRecord&) = default;
};

// What the text of a TXT record below _dmarc is.
enum class DmarcLikeness : std::uint8_t {
  record,
  version_case,  // Like one but for the version: "v=dmarc1", "v=DMARC2".
  not_first,     // It has "v=DMARC1", but begins with something else, if only a space.
  other,         // Of something else: a verification, or what a wildcard answers.
};
[[nodiscard]] DmarcLikeness dmarc_likeness(std::string_view text);

// Requires: dmarc_likeness(text) is record.
[[nodiscard]] DmarcRecord read_dmarc_record(std::string_view text);

// What a record asks for, by the name that a message comes from.
struct DmarcPolicies {
  DmarcPolicy own = DmarcPolicy::none;          // The record's domain itself.
  DmarcPolicy subdomains = DmarcPolicy::none;   // A name below it that exists,
  DmarcPolicy nonexistent = DmarcPolicy::none;  // and one that does not.

  friend bool operator==(const DmarcPolicies&, const DmarcPolicies&) = default;
};

// By 4.10.1: without a valid `p`, or with an invalid `sp` or `np`, all of it is none if reports can
// be sent; otherwise the record has no effect at all.
[[nodiscard]] std::optional<DmarcPolicies> policies_of(const DmarcRecord& record);

// By RFC 7489 section 6.6.3, which has neither `np` nor `t`.
[[nodiscard]] std::optional<DmarcPolicies> policies_of_7489(const DmarcRecord& record);

// What `t=y` makes of a policy.
[[nodiscard]] DmarcPolicy one_level_lower(DmarcPolicy policy);

}  // namespace mxsweep::policy
