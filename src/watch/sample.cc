// SPDX-License-Identifier: MIT
#include "mxsweep/watch/sample.h"

#include <algorithm>
#include <string_view>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/random.h"

namespace mxsweep::watch {
namespace {

Verdict verdict_of(const results::Record& record, std::span<const Cause> page_on) {
  const bool paged = std::find(page_on.begin(), page_on.end(), record.cause) != page_on.end();
  switch (record.outcome) {
    case Outcome::ok: return Verdict::good;
    case Outcome::degraded: return paged ? Verdict::bad : Verdict::warn;
    case Outcome::failed: return Verdict::bad;
    // The server answered and declined us, or nothing was learnt of it.
    case Outcome::refused: return paged ? Verdict::bad : Verdict::none;
    case Outcome::invalid:
    case Outcome::excluded:
    case Outcome::local: break;
  }
  return Verdict::none;
}

// Queue numbers and times make each reply of some servers a new one. So a run of digits counts as
// one digit.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0;
  bool in_number = false;
  for (const char octet : text) {
    const bool digit = is_digit(octet);
    if (digit && in_number) continue;
    in_number = digit;
    hash = mix(hash ^ static_cast<unsigned char>(digit ? '0' : octet));
  }
  return hash;
}

}  // namespace

Sample sample_of(const results::Record& record, std::span<const Cause> page_on) {
  Sample sample;
  sample.verdict = verdict_of(record, page_on);
  sample.outcome = record.outcome;
  sample.phase = record.phase;
  sample.cause = record.cause;
  if (record.reply.protocol == Protocol::smtp) sample.code = record.reply.code;
  if (!record.reply.octets.empty()) sample.reply = hash_of(record.reply.octets);
  sample.at = record.at;
  sample.with_tls = record.tls.has_value() || record.starttls_offered == results::Offered::no;
  sample.record = &record;
  return sample;
}

}  // namespace mxsweep::watch
