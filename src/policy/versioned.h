// SPDX-License-Identifier: MIT
// Finds the one record of a version among the TXT records of a name, for MTA-STS and TLS-RPT. Pure.
//
//   Source   RFC 8461 section 3.1, RFC 8460 section 3: records that do not begin with the version
//            are discarded, and of the rest there must be exactly one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/presence.h"
#include "mxsweep/core/tags.h"
#include "mxsweep/dns/message.h"
#include "mxsweep/policy/verdict.h"
#include "policy/texts.h"

namespace mxsweep::policy {

struct VersionedRecords {
  Presence present = Presence::unknown;  // Anything that is, or is meant as, a record.
  Verdict verdict = Verdict::temperror;  // ok: there is exactly one.
  std::size_t count = 0;
  std::string text{};    // Of the only one, or the first.
  std::string misfit{};  // A text that is meant as a record, but does not begin like one.
};

// "v=STSv1" and what must follow it: a semicolon.
[[nodiscard]] inline bool begins_with_version(std::string_view text, std::string_view version) {
  if (!text.starts_with("v=") || !text.substr(2).starts_with(version)) return false;
  return trimmed(text.substr(2 + version.size())).starts_with(';');
}

// In another case, with a space before it or around the sign, or without what must follow.
[[nodiscard]] inline bool is_meant_as(std::string_view text, std::string_view version) {
  const std::vector<Tag> tags = tags_of(text.substr(0, 512));
  return std::any_of(tags.begin(), tags.end(), [&](const Tag& tag) {
    return same_word(tag.name, "v") && same_word(tag.value.substr(0, version.size()), version);
  });
}

[[nodiscard]] inline VersionedRecords versioned_records(const dns::Answer& answer,
                                                        std::string_view version) {
  VersionedRecords records;
  if (!is_decided(answer)) return records;
  for (std::string& text : texts_of(answer)) {
    if (begins_with_version(text, version)) {
      if (++records.count == 1) records.text = std::move(text);
    } else if (records.misfit.empty() && is_meant_as(text, version)) {
      records.misfit = excerpt(text);
    }
  }
  const bool any = records.count > 0 || !records.misfit.empty();
  records.present = any ? Presence::yes : Presence::no;
  records.verdict = records.count == 1 ? Verdict::ok : any ? Verdict::invalid : Verdict::none;
  return records;
}

// What is kept of a record for display; real ones have 100 octets.
[[nodiscard]] inline std::string excerpt_of_record(std::string_view text) {
  constexpr std::size_t kKeptOctetsMax = 2048;
  return std::string(text.substr(0, kKeptOctetsMax));
}

}  // namespace mxsweep::policy
