// SPDX-License-Identifier: MIT
// Options of name resolution: which resolvers to query, which hosts and addresses to use, and what
// else to ask.
#pragma once

#include <memory>
#include <optional>

#include "mxsweep/dns/resolver.h"
#include "mxsweep/fetch/fetcher.h"
#include "mxsweep/names/inquiry.h"
#include "mxsweep/names/route.h"

namespace mxsweep::names {

struct NameOptions {
  dns::ResolverOptions resolver;
  RouteOptions route;
  bool mail_domains = false;  // Names are mail domains: their MX hosts are visited.
  // How long to wait for a resolver that answers nothing at all before names fail because of it.
  Duration patience = std::chrono::minutes{1};
  // What else to ask about each target; empty: nothing. Without it, targets that are addresses do
  // not come here.
  MakeInquiry inquire{};
  // How to fetch what inquiries request, within the scope of `route`; without it they request
  // nothing.
  std::optional<fetch::FetcherOptions> fetcher{};
  std::shared_ptr<SharedInquiry> shared{};  // That all of these wait for; null: nothing.
};

}  // namespace mxsweep::names
