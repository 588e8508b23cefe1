// SPDX-License-Identifier: MIT
// Whether a domain's mail depends on one machine or one network, and reaches it over IPv6. Pure.
//
//   Source   RFC 5321 section 5.1 (several MX hosts), RFC 2182 section 3.1 (places apart).
//   Shape    the MX hosts with their addresses in; counts and findings out. An address of several
//            hosts counts once. A network is a /24 or a /48.
//   Errors   none. What an answer that failed would have to show is not found fault with.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/address.h"
#include "mxsweep/core/check_finding.h"

namespace mxsweep::dane {

struct MxHost {
  std::string name{};
  std::vector<Address> addresses{};
  // Whether the A, or the AAAA, question was answered, if only that there is none.
  bool ipv4_known = false;
  bool ipv6_known = false;
};

struct RedundancyReport {
  std::uint32_t hosts = 0;      // Distinct names.
  std::uint32_t addresses = 0;  // Distinct.
  std::uint32_t ipv4_networks = 0;
  std::uint32_t ipv6_networks = 0;
  std::uint32_t ipv6_hosts = 0;  // With an IPv6 address at least.
  bool complete = false;         // Every question was answered.
  FindingReports findings{};
};

// `domain`: the name that the findings are about.
[[nodiscard]] RedundancyReport redundancy(std::string_view domain, std::span<const MxHost> hosts);

// Appends an object:
//   {"hosts":2,"addresses":4,"ipv4_networks":2,"ipv6_networks":1,"ipv6_hosts":1,"complete":true}
void append_json(const RedundancyReport& report, std::string& out);

}  // namespace mxsweep::dane
