// SPDX-License-Identifier: MIT
// What to check of a domain and its servers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "mxsweep/core/address.h"
#include "mxsweep/core/check_finding.h"

namespace mxsweep::checks {

// Of a domain; each server of it has room for kServerQuestionsMax more.
inline constexpr std::size_t kQuestionsDefault = 64;
inline constexpr std::size_t kServerQuestionsMax = 32;

class Blocklists;

struct Options {
  bool spf = false;
  bool dmarc = false;
  bool mta_sts = false;
  bool http = false;  // The policy of MTA-STS is fetched, if there is a record.
  bool tls_rpt = false;
  bool dane = false;
  bool names = false;                    // Of servers: forward-confirmed reverse DNS.
  bool dnssec = false;                   // Of the MX records; with what a domain depends on.
  std::vector<std::string> selectors{};  // Of DKIM keys.
  bool common_selectors = false;         // The selectors that large providers use, as well.
  std::vector<Address> outbound{};       // Each is checked against the domain's SPF record.
  MailRole role = MailRole::both;
  // Those that are asked; null: none.
  std::shared_ptr<Blocklists> blocklists{};
  // Whether that something is on none of them counts only after a test, as a listing does.
  bool absence_doubted = false;
  // Whether the resolver has proved that it validates (names::check_validation).
  bool validates = false;
  bool ipv4 = true;  // Of what is fetched: the families of the addresses.
  bool ipv6 = true;
  // Whether servers are visited. If not, what DNS has on them is in the domain's line.
  bool visits = true;
  std::size_t questions_max = kQuestionsDefault;
  std::uint64_t seed = 0;  // Of the names that cannot exist, asked for to find wildcards.
};

}  // namespace mxsweep::checks
