// SPDX-License-Identifier: MIT
// What the answer of a blocklist says. Pure.
//
//   Source   RFC 5782 sections 2.1 and 2.3; the error codes that the lists document.
//   Shape    A listing is an answer of which every address is in 127.0.0.0/8 and none is an error.
//            These are errors for every list: an address outside of that range; 127.0.0.1, which no
//            list may use; 127.255.255.0/24; and 127.0.1.255.
//   Errors   DNS trouble is Verdict::unknown: never a listing, and never the absence of one.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "mxsweep/blocklists/zone.h"
#include "mxsweep/dns/message.h"

namespace mxsweep::blocklists {

enum class Verdict : std::uint8_t { unknown, not_listed, listed, query_error };
[[nodiscard]] std::string_view to_string(Verdict verdict);

// Of one answer; real lists give a handful.
inline constexpr std::size_t kCodesMax = 16;

struct Reading {
  Verdict verdict = Verdict::unknown;
  QueryError error = QueryError::none;                   // Of a query_error.
  std::vector<std::uint32_t> codes{};                    // Of a listing, ascending, each once.
  dns::LookupStatus trouble = dns::LookupStatus::found;  // Of unknown: what kept the answer away.
};

[[nodiscard]] Reading read_answer(const Zone& zone, const dns::Answer& answer);

// Nothing: the zone's configuration has no meaning for it. With Zone::bits there may be several.
[[nodiscard]] std::vector<const Code*> meanings_of(const Zone& zone, std::uint32_t code);
// The gravest of the codes' severities; nothing if one of them has no meaning.
[[nodiscard]] std::optional<Severity> severity_of(const Zone& zone,
                                                  const std::vector<std::uint32_t>& codes);

}  // namespace mxsweep::blocklists
