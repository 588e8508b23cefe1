// SPDX-License-Identifier: MIT
// Between the fetcher and the check of MTA-STS: what to fetch, and what it came to. Pure.
//
//   Source   RFC 8461 sections 3.2 and 3.3.
//   Errors   this machine's shortages, and addresses that may not be visited, have outcomes that
//            say nothing of the domain.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mxsweep/core/address.h"
#include "mxsweep/fetch/fetcher.h"
#include "mxsweep/policy/mta_sts.h"

namespace mxsweep::checks {

// `addresses`: those of sts_policy_host(domain); `aliases`: the names that led to them.
[[nodiscard]] fetch::Request sts_request(std::uint64_t ticket, const std::string& domain,
                                         std::vector<Address> addresses,
                                         std::vector<std::string> aliases);
[[nodiscard]] std::string sts_policy_host(const std::string& domain);

[[nodiscard]] policy::MtaStsFetch sts_fetch_of(fetch::Fetched&& fetched);

}  // namespace mxsweep::checks
