// SPDX-License-Identifier: MIT
#include "scan/identity_gate.h"

#include <utility>

#include "mxsweep/dns/name.h"
#include "mxsweep/names/check_identity.h"

namespace mxsweep::scan {

IdentityGate::IdentityGate(const IdentityOptions& options, const names::NameOptions& names,
                           const probe::Sources& sources)
    : options_(options),
      names_(names),
      sources_(sources),
      helo_(dns::read_name(options.helo).ascii) {}

bool IdentityGate::has_our_name(const targets::Target& target) const {
  return !helo_.empty() && target.name() == helo_;
}

bool IdentityGate::admits(const std::function<bool()>& goes_on) {
  if (options_.helo.empty() || std::exchange(checked_, true)) return failure_.ok();
  failure_ = names::check_public_name(options_.helo, !options_.check);
  if (failure_.ok() && options_.check) {
    failure_ = names::check_identity(names_, options_.helo, sources_.all(), goes_on).status;
  }
  return failure_.ok();
}

}  // namespace mxsweep::scan
