// SPDX-License-Identifier: MIT
#include "mxsweep/pace/routes.h"

namespace mxsweep::pace {
namespace {

constexpr std::uint32_t kDocumentation = 0xc0000201;  // 192.0.2.1
constexpr std::string_view kDocumentationIpv6 = "2001:db8::1";

// The loopback has a route whatever becomes of the network.
bool is_loopback(const Address& address) {
  if (address.family == Family::ipv4) return address.octets[0] == 127;
  static constexpr Address kLoopback{.octets = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1},
                                     .family = Family::ipv6};
  return address == kLoopback;
}

}  // namespace

void Routes::begin() {
  for (const Address& address : {ipv4(kDocumentation), *parse_address(kDocumentationIpv6)}) {
    if (has_route_(address)) of(address.family).by_default = address;
  }
}

void Routes::connected(const Address& address) {
  if (!is_loopback(address)) of(address.family).connected = address;
}

std::optional<Address> Routes::lost(Family family) const {
  const References& references = references_[family == Family::ipv6];
  const bool had_default = references.by_default.family != Family::none;
  const Address& reference = had_default ? references.by_default : references.connected;
  if (reference.family == Family::none || has_route_(reference)) return std::nullopt;
  return reference;
}

}  // namespace mxsweep::pace
