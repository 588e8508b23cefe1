// SPDX-License-Identifier: MIT
// Checks our own identity (names/identity.h) with questions to the resolver. Blocking.
//
//   Lifetime  opens a ring and a resolver of its own and closes them before it returns.
//   Errors    the Status of the verdict. machine: this machine cannot run a resolver.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "mxsweep/names/identity.h"
#include "mxsweep/names/name_options.h"

namespace mxsweep::names {

// `sources`: the addresses that connections come from; empty: one of those of this machine's
// interfaces. `goes_on` is called several times a second; false ends the check, as failed.
[[nodiscard]] IdentityVerdict check_identity(const NameOptions& options, std::string_view helo,
                                             const std::vector<Address>& sources,
                                             const std::function<bool()>& goes_on);

}  // namespace mxsweep::names
