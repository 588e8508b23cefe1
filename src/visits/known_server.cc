// SPDX-License-Identifier: MIT
#include "mxsweep/visits/known_server.h"

#include <utility>

#include "mxsweep/core/invariant.h"
#include "mxsweep/core/memory.h"

namespace mxsweep::visits {
namespace {

// The overhead of a hash table's node and of the allocator for each chain.
constexpr std::size_t kNodeOctets = 40;

std::size_t octets_of(const tls::Chain& chain) { return tls::octets_held(chain) + kNodeOctets; }

// Whether two visits under different names got the same certificate.
bool same_shown(const probe::Observation& a, const probe::Observation& b) {
  const tls::Chain* const one = a.chain().get();
  const tls::Chain* const other = b.chain().get();
  if (one == other) return true;
  if (one == nullptr || other == nullptr) return false;
  if (one->certificates.empty() || other->certificates.empty()) return false;
  return one->certificates.front().sha256 == other->certificates.front().sha256;
}

}  // namespace

std::size_t ChainLedger::add(const probe::Observation& observation) {
  const tls::Chain* const chain = observation.chain().get();
  if (chain == nullptr || holders_[chain]++ != 0) return 0;
  return octets_of(*chain);
}

std::size_t ChainLedger::remove(const probe::Observation& observation) {
  const tls::Chain* const chain = observation.chain().get();
  if (chain == nullptr) return 0;
  const auto held = holders_.find(chain);
  INVARIANT(held != holders_.end());
  if (--held->second != 0) return 0;
  holders_.erase(held);
  return octets_of(*chain);
}

const probe::Observation* KnownServer::answer(std::string_view name) const {
  if (sole_.ended()) return &sole_;
  std::size_t tried = 0;
  bool all_same = true;
  for (const Named* visit = named_.get(); visit != nullptr; visit = visit->next.get()) {
    const tls::Chain* const chain = visit->observation.chain().get();
    const bool has_name = chain != nullptr && !name.empty() && tls::matches_name(*chain, name);
    const bool any_name = !visit->observation.name_matters();
    if (any_name || visit->name == name || has_name) return &visit->observation;
    all_same = all_same && same_shown(named_->observation, visit->observation);
    ++tried;
  }
  return tried >= kNamesTried && all_same ? &named_->observation : nullptr;
}

KnownServer::Change KnownServer::add(std::string_view name, probe::Observation&& observation,
                                     ChainLedger& chains, std::pmr::memory_resource& memory) {
  INVARIANT(!sole_.ended());
  observation.move_to(memory);
  if (named_ == nullptr && !observation.name_matters()) {
    sole_ = std::move(observation);
    return {.gained = sole_.octets_held()};
  }
  auto visit = std::make_unique<Named>(std::move(observation), name);
  Change change{.gained = octets_of(*visit) + chains.add(visit->observation)};
  if (named_ == nullptr) {
    named_ = std::move(visit);
  } else {
    // After the first, which is the name that most lines lead to.
    visit->next = std::move(named_->next);
    named_->next = std::move(visit);
    drop_oldest_name(chains, change);
  }
  return change;
}

// If a server had a certificate for each of a thousand names, each answer() would be a long search.
void KnownServer::drop_oldest_name(ChainLedger& chains, Change& change) {
  std::size_t names = 1;
  std::unique_ptr<Named>* last = &named_->next;
  for (; (*last)->next != nullptr; last = &(*last)->next) ++names;
  if (names < kNamesKept) return;
  change.lost = octets_of(**last) + chains.remove((*last)->observation);
  change.dropped_name = true;
  last->reset();
}

std::size_t KnownServer::octets_of(const Named& visit) {
  return allocated(sizeof visit) + held_by(visit.name) + visit.observation.octets_held();
}

std::size_t KnownServer::clear(ChainLedger& chains) {
  std::size_t octets = sole_.octets_held();
  for (const Named* visit = named_.get(); visit != nullptr; visit = visit->next.get()) {
    octets += octets_of(*visit) + chains.remove(visit->observation);
  }
  sole_ = {};
  named_.reset();
  return octets;
}

}  // namespace mxsweep::visits
