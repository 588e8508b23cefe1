// SPDX-License-Identifier: MIT
// How names become addresses: whom to ask, and which addresses to take.
#pragma once

#include "mxsweep/dns/resolver.h"
#include "mxsweep/dns/route.h"

namespace mxsweep::scan {

struct NameOptions {
  dns::ResolverOptions resolver;
  dns::RouteOptions route;
  Duration patience = std::chrono::minutes{1};  // With a resolver that answers nothing at all.
};

}  // namespace mxsweep::scan
