// SPDX-License-Identifier: MIT
#include "dns/cache.h"

#include <algorithm>
#include <utility>

namespace mxsweep::dns {
namespace {

// A question, an answer with an address or a few hosts, and their nodes take 200 to 400.
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
    case LookupStatus::timeout: return kFailureHolds;
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

Cache::Cache(std::size_t answers_max)
    : generation_answers_max_(std::max<std::size_t>(answers_max / 2, 1)) {}

std::shared_ptr<const Answer> Cache::find(const std::string& question, Instant now) {
  if (const auto found = young_.find(question); found != young_.end()) {
    return now < found->second.until ? found->second.answer : nullptr;
  }
  const auto found = old_.find(question);
  if (found == old_.end() || now >= found->second.until) return nullptr;
  const Entry entry = std::move(found->second);
  old_.erase(found);
  insert(question, entry);
  return entry.answer;
}

void Cache::keep(const std::string& question, std::shared_ptr<const Answer> answer, Instant now) {
  const Duration span = time_kept(*answer);
  if (span > Duration::zero()) insert(question, {std::move(answer), now + span});
}

void Cache::insert(const std::string& question, Entry entry) {
  const std::size_t octets = octets_of(question, *entry.answer);
  if (young_.size() >= generation_answers_max_ ||
      young_octets_ + octets > generation_answers_max_ * kAnswerOctetsTypical) {
    old_ = std::exchange(young_, {});
    young_octets_ = 0;
  }
  young_octets_ += octets;
  young_.insert_or_assign(question, std::move(entry));
}

}  // namespace mxsweep::dns
