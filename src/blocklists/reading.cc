// SPDX-License-Identifier: MIT
#include "mxsweep/blocklists/reading.h"

#include <algorithm>
#include <array>

#include "mxsweep/core/enum_words.h"

namespace mxsweep::blocklists {
namespace {

constexpr EnumWord<Verdict> kVerdictWords[] = {{Verdict::unknown, "unknown"},
                                               {Verdict::not_listed, "not_listed"},
                                               {Verdict::listed, "listed"},
                                               {Verdict::query_error, "query_error"}};
static_assert(has_each_value(kVerdictWords, Verdict::query_error) && words_differ(kVerdictWords));

constexpr std::uint32_t kLoopback = 0x7f000001;     // 127.0.0.1
constexpr std::uint32_t kErrorsOfAll = 0x7fffff00;  // 127.255.255.0/24: used for errors alone.
constexpr std::uint32_t kLastOctet = 0xff;
constexpr std::array kKnownErrors = {
    ErrorCode{0x7ffffffc, QueryError::typing_error},   // 127.255.255.252
    ErrorCode{0x7ffffffe, QueryError::open_resolver},  // 127.255.255.254
    ErrorCode{0x7fffffff, QueryError::excess_volume},  // 127.255.255.255
    ErrorCode{0x7f0001ff, QueryError::wrong_kind},     // 127.0.1.255
};

template <typename Codes>
QueryError find_error(const Codes& codes, std::uint32_t code) {
  for (const ErrorCode& each : codes) {
    if (each.address == code) return each.error;
  }
  return QueryError::none;
}

QueryError error_of(const Zone& zone, const Address& address) {
  if (address.family != Family::ipv4 || address.octets[0] != 127) return QueryError::rewritten;
  const std::uint32_t code = ipv4_host_order(address);
  if (const QueryError own = find_error(zone.errors, code); own != QueryError::none) return own;
  if (code == kLoopback) return QueryError::rewritten;
  if (const QueryError known = find_error(kKnownErrors, code); known != QueryError::none) {
    return known;
  }
  return (code & ~kLastOctet) == kErrorsOfAll ? QueryError::blocked : QueryError::none;
}

// A resolver that filters a name by a policy of its own says so, and its answer is not the list's
// (RFC 8914: Forged Answer, Blocked, Censored, Filtered, Prohibited).
bool is_filtered(const dns::Answer& answer) {
  if (!answer.extended_error) return false;
  const std::uint16_t code = answer.extended_error->code;
  return code == 4 || (code >= 15 && code <= 18);
}

Reading error_reading(QueryError error) {
  Reading reading;
  reading.verdict = Verdict::query_error;
  reading.error = error;
  return reading;
}

}  // namespace

std::string_view to_string(Verdict verdict) { return word_of(kVerdictWords, verdict); }

Reading read_answer(const Zone& zone, const dns::Answer& answer) {
  if (is_filtered(answer)) return error_reading(QueryError::blocked);
  Reading reading;
  if (answer.status != dns::LookupStatus::found) {
    if (dns::is_absent(answer)) {
      reading.verdict = Verdict::not_listed;
    } else {
      reading.trouble = answer.status;
    }
    return reading;
  }
  for (const Address& address : answer.addresses) {
    if (const QueryError error = error_of(zone, address); error != QueryError::none) {
      return error_reading(error);
    }
    reading.codes.push_back(ipv4_host_order(address));
  }
  if (reading.codes.empty()) {  // An answer to another question than that for addresses.
    reading.trouble = dns::LookupStatus::malformed;
    return reading;
  }
  std::ranges::sort(reading.codes);
  reading.codes.erase(std::unique(reading.codes.begin(), reading.codes.end()), reading.codes.end());
  if (reading.codes.size() > kCodesMax) reading.codes.resize(kCodesMax);
  reading.verdict = Verdict::listed;
  return reading;
}

std::vector<const Code*> meanings_of(const Zone& zone, std::uint32_t code) {
  std::vector<const Code*> found;
  for (const Code& each : zone.codes) {
    const bool has_bits =
        (code & each.address) == each.address && (code ^ each.address) <= kLastOctet;
    if (zone.bits ? has_bits : code == each.address) found.push_back(&each);
  }
  return found;
}

std::optional<Severity> severity_of(const Zone& zone, const std::vector<std::uint32_t>& codes) {
  std::optional<Severity> gravest;
  for (const std::uint32_t code : codes) {
    const std::vector<const Code*> meanings = meanings_of(zone, code);
    // A code of which the configuration knows nothing counts as a listing like any other.
    if (meanings.empty()) return std::nullopt;
    for (const Code* each : meanings) {
      gravest = std::max(gravest.value_or(Severity::info), each->severity);
    }
  }
  return gravest;
}

}  // namespace mxsweep::blocklists
