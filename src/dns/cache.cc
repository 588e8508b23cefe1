// SPDX-License-Identifier: MIT
#include "dns/cache.h"

#include <algorithm>
#include <utility>

namespace mxsweep::dns {
namespace {

// A question, an answer with an address or a few hosts, and their nodes take 200 to 400 octets.
constexpr std::size_t kAnswerOctetsTypical = 512;

Duration time_kept(const Answer& answer) {
  switch (answer.status) {
    case LookupStatus::found: return std::clamp(answer.ttl, kTtlLeast, kTtlMost);
    case LookupStatus::no_data:
    case LookupStatus::nxdomain: return std::clamp(answer.ttl, kTtlLeast, kNegativeTtlMost);
    case LookupStatus::alias_loop:
    case LookupStatus::servfail:
    case LookupStatus::refused:
    case LookupStatus::malformed:
    case LookupStatus::timeout: return kFailureTtl;
    case LookupStatus::unreachable: return Duration::zero();
  }
  return Duration::zero();
}

std::size_t octets_of(const std::string& question, const Answer& answer) {
  constexpr std::size_t kNode = 2 * sizeof(void*);
  std::size_t octets = 2 * kNode + sizeof(std::string) + question.size() + sizeof(Answer) +
                       answer.addresses.size() * sizeof(Address);
  for (const MxRecord& exchange : answer.exchanges)
    octets += sizeof(MxRecord) + exchange.host.size();
  for (const std::string& alias : answer.aliases) octets += sizeof(std::string) + alias.size();
  for (const std::string& data : answer.data) octets += sizeof(std::string) + data.size();
  return octets;
}

}  // namespace

Cache::Cache(std::size_t answers_max, Duration ttl_most)
    : ttl_most_(ttl_most), answers_(answers_max, kAnswerOctetsTypical) {}

std::shared_ptr<const Answer> Cache::find(const std::string& question, Instant now) {
  const Entry* const entry =
      answers_.find(question, [now](const Entry& kept) { return now < kept.until; });
  return entry == nullptr ? nullptr : entry->answer;
}

void Cache::keep(const std::string& question, std::shared_ptr<const Answer> answer, Instant now) {
  const Duration span = std::min(time_kept(*answer), ttl_most_);
  if (span <= Duration::zero()) return;
  const std::size_t octets = octets_of(question, *answer);
  answers_.keep(question, {std::move(answer), now + span}, octets);
}

}  // namespace mxsweep::dns
