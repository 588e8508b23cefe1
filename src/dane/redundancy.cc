// SPDX-License-Identifier: MIT
#include "mxsweep/dane/redundancy.h"

#include <algorithm>
#include <cstddef>

#include "mxsweep/results/json_text.h"

namespace mxsweep::dane {
namespace {

Address network_of(Address address) {
  const std::size_t kept = address.family == Family::ipv4 ? 3 : 6;
  std::fill(address.octets.begin() + static_cast<std::ptrdiff_t>(kept), address.octets.end(),
            std::uint8_t{0});
  return address;
}

template <typename Value>
void keep_distinct(std::vector<Value>& values) {
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

std::uint32_t count(const std::vector<Address>& addresses, Family family) {
  return static_cast<std::uint32_t>(std::ranges::count_if(
      addresses, [&](const Address& address) { return address.family == family; }));
}

}  // namespace

RedundancyReport redundancy(std::string_view domain, std::span<const MxHost> hosts) {
  RedundancyReport report;
  std::vector<std::string_view> names;
  std::vector<std::string_view> ipv4_names;
  std::vector<std::string_view> ipv6_names;
  std::vector<Address> addresses;
  bool ipv6_known = !hosts.empty();
  report.complete = !hosts.empty();
  for (const MxHost& host : hosts) {
    names.push_back(host.name);
    ipv6_known = ipv6_known && host.ipv6_known;
    report.complete = report.complete && host.ipv4_known && host.ipv6_known;
    if (count(host.addresses, Family::ipv4) > 0) ipv4_names.push_back(host.name);
    if (count(host.addresses, Family::ipv6) > 0) ipv6_names.push_back(host.name);
    addresses.insert(addresses.end(), host.addresses.begin(), host.addresses.end());
  }
  keep_distinct(names);
  keep_distinct(ipv4_names);
  keep_distinct(ipv6_names);
  keep_distinct(addresses);
  std::vector<Address> networks;
  for (const Address& address : addresses) networks.push_back(network_of(address));
  keep_distinct(networks);
  report.hosts = static_cast<std::uint32_t>(names.size());
  report.addresses = static_cast<std::uint32_t>(addresses.size());
  report.ipv4_networks = count(networks, Family::ipv4);
  report.ipv6_networks = count(networks, Family::ipv6);
  report.ipv6_hosts = static_cast<std::uint32_t>(ipv6_names.size());

  const auto note = [&](CheckFinding finding, std::uint32_t n) {
    report.findings.push_back({finding, std::string(domain), {}, n, {}});
  };
  if (addresses.empty()) return report;
  if (ipv6_known && report.ipv6_hosts == 0) note(CheckFinding::ipv6_none, 0);
  if (!report.complete) return report;
  // One over IPv4 alone and one over IPv6 alone have nothing in common.
  const bool common = ipv4_names.size() == names.size() || ipv6_names.size() == names.size();
  if (!common) return report;
  // A name with several addresses of a kind may be of several machines.
  if (count(addresses, Family::ipv4) <= 1 && count(addresses, Family::ipv6) <= 1) {
    note(CheckFinding::mx_single_host, report.hosts);
  } else if (report.ipv4_networks <= 1 && report.ipv6_networks <= 1) {
    note(CheckFinding::mx_single_prefix, report.hosts);
  }
  return report;
}

void append_json(const RedundancyReport& report, std::string& out) {
  results::JsonText json(out);
  json.raw(R"({"hosts":)");
  json.number(report.hosts);
  json.raw(R"(,"addresses":)");
  json.number(report.addresses);
  json.raw(R"(,"ipv4_networks":)");
  json.number(report.ipv4_networks);
  json.raw(R"(,"ipv6_networks":)");
  json.number(report.ipv6_networks);
  json.raw(R"(,"ipv6_hosts":)");
  json.number(report.ipv6_hosts);
  json.raw(report.complete ? R"(,"complete":true})" : R"(,"complete":false})");
}

}  // namespace mxsweep::dane
