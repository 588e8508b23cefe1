// SPDX-License-Identifier: MIT
// The texts of the TXT records of an answer, and small helpers of all machines here. Pure.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/dns/message.h"
#include "mxsweep/dns/rdata.h"

namespace mxsweep::policy {

// Records whose octets contradict their lengths are left out. In the order of their texts, because
// that of an answer changes from one to the next.
[[nodiscard]] inline std::vector<std::string> texts_of(const dns::Answer& answer) {
  std::vector<std::string> texts;
  texts.reserve(answer.data.size());
  for (const std::string& rdata : answer.data) {
    if (auto text = dns::joined_strings(rdata)) texts.push_back(std::move(*text));
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

// Whether the answer decides the question: there are records, or there are none.
[[nodiscard]] inline bool is_decided(const dns::Answer& answer) {
  return answer.status == dns::LookupStatus::found || dns::is_absent(answer);
}

// A part of a peer's record for a finding: long enough to be found again in the record.
[[nodiscard]] inline std::string excerpt(std::string_view text) {
  constexpr std::size_t kExcerptOctetsMax = 128;
  return std::string(text.substr(0, kExcerptOctetsMax));
}

}  // namespace mxsweep::policy
