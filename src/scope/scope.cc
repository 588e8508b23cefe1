// SPDX-License-Identifier: MIT
#include "mxsweep/scope/scope.h"

#include <algorithm>
#include <optional>

#include "mxsweep/core/special_purpose.h"

namespace mxsweep::scope {
namespace {

constexpr std::uint8_t kTranslated[] = {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};
constexpr std::uint8_t k6to4[] = {0x20, 0x02};

// The IPv4 address that traffic to this IPv6 address reaches behind a translator or relay.
std::optional<Address> ipv4_behind(const Address& address) {
  if (address.family != Family::ipv6) return std::nullopt;
  const auto begins_with = [&](const auto& octets) {
    return std::equal(std::begin(octets), std::end(octets), address.octets.begin());
  };
  std::size_t at = 0;
  if (begins_with(kTranslated)) at = std::size(kTranslated);
  if (begins_with(k6to4)) at = std::size(k6to4);
  if (at == 0) return std::nullopt;
  Address inner{.family = Family::ipv4};
  std::copy_n(address.octets.begin() + static_cast<std::ptrdiff_t>(at), 4, inner.octets.begin());
  return inner;
}

}  // namespace

Verdict Scope::verdict(const Address& address, bool own_by_name) const {
  const std::optional<Address> inner = ipv4_behind(address);
  if (excluded.contains(address) || (inner && excluded.contains(*inner))) {
    return {Standing::excluded, Cause::excluded_list};
  }
  if (own_by_name || own.contains(address) || (inner && own.contains(*inner))) {
    return {Standing::own, Cause::none};
  }
  const bool is_global = class_of(address) == AddressClass::global &&
                         (!inner || class_of(*inner) == AddressClass::global);
  if (is_global || allow_private) return {Standing::foreign, Cause::none};
  return {Standing::excluded, Cause::excluded_private};
}

Verdict Scope::verdict(std::string_view name) const {
  if (excluded.contains(name)) return {Standing::excluded, Cause::excluded_list};
  return {own.contains(name) ? Standing::own : Standing::foreign, Cause::none};
}

}  // namespace mxsweep::scope
