// SPDX-License-Identifier: MIT
// How names become addresses: which resolver to ask, and which addresses to take.
#pragma once

#include "mxsweep/dns/resolver.h"
#include "mxsweep/names/route.h"

namespace mxsweep::names {

struct NameOptions {
  dns::ResolverOptions resolver;
  RouteOptions route;
  bool mail_domains = false;   // Names are mail domains, not hosts.
  bool visit_private = false;  // Also an MX host whose address is for private or special use.
  Duration patience = std::chrono::minutes{1};  // With a resolver that answers nothing at all.
};

}  // namespace mxsweep::names
