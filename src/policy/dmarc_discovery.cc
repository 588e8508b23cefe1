// SPDX-License-Identifier: MIT
#include "policy/dmarc_discovery.h"

#include <algorithm>

#include "mxsweep/core/invariant.h"

namespace mxsweep::policy {
namespace {

using State = DmarcStep::State;

bool ends_walk(const DmarcStep& step) {
  return step.state == State::record && step.record->psd != PublicSuffix::unsaid;
}

std::span<const DmarcStep> up_to_end(std::span<const DmarcStep> walk) {
  const auto end = std::find_if(walk.begin(), walk.end(), ends_walk);
  if (end == walk.end()) return walk;
  return walk.first(static_cast<std::size_t>(end - walk.begin()) + 1);
}

// The domain one label below `above` on the way to `domain`.
std::string one_label_below(std::string_view domain, std::string_view above) {
  const std::string_view rest = domain.substr(0, domain.size() - above.size() - 1);
  const std::size_t dot = rest.rfind('.');
  return std::string(dot == rest.npos ? domain : domain.substr(dot + 1));
}

}  // namespace

DmarcDiscovery discover(std::span<const DmarcStep> walk) {
  DmarcDiscovery found{.walked = up_to_end(walk), .organizational = {}};
  const DmarcStep& own = walk.front();
  const bool whole = std::none_of(found.walked.begin(), found.walked.end(),
                                  [](const auto& step) { return step.state == State::trouble; });
  const DmarcStep* highest = nullptr;  // Of those with a record.
  for (const DmarcStep& step : found.walked) {
    if (step.state == State::record) highest = &step;
  }
  // A name that could not be asked for may have ended the walk.
  if (whole) {
    const bool below_suffix =
        highest != nullptr && highest != &own && highest->record->psd == PublicSuffix::yes;
    found.organizational = highest == nullptr ? own.domain
                           : below_suffix     ? one_label_below(own.domain, highest->domain)
                                              : highest->domain;
  }
  if (whole) {
    const auto is_organizational = [&](const DmarcStep& step) {
      return step.state == State::record && step.domain == found.organizational;
    };
    const auto at = std::find_if(found.walked.begin(), found.walked.end(), is_organizational);
    // Without one of the organization that of the public suffix applies; there is no other.
    found.below = at != found.walked.end() ? &*at : highest;
  }
  found.applies = own.state == State::record ? &own : found.below;
  found.decided = whole || own.state == State::record;
  return found;
}

DmarcDiscovery discover_7489(const DmarcStep& own, const DmarcStep& organizational) {
  DmarcDiscovery found{.walked = {}, .organizational = organizational.domain};
  // Several records end the discovery there; the organizational domain is not asked.
  const DmarcStep& last = own.state == State::none ? organizational : own;
  found.decided = own.state != State::trouble && last.state != State::trouble;
  if (last.state == State::record) found.applies = &last;
  return found;
}

}  // namespace mxsweep::policy
