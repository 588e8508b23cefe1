// SPDX-License-Identifier: MIT
#include "tls/limits.h"

#include "tls/der.h"

namespace mxsweep::tls {

//   ServerDHParams    { length<2>, prime, length<2>, generator, length<2>, public value }
bool group_too_large(std::string_view message) {
  if (message.size() < 2) return false;
  const std::size_t octets = std::size_t{static_cast<unsigned char>(message[0])} << 8U |
                             static_cast<unsigned char>(message[1]);
  std::string_view prime = message.substr(2, octets);
  while (prime.starts_with('\0')) prime.remove_prefix(1);
  return prime.size() * 8 > kGroupBitsMax;
}

Excess CertificateGauge::add(std::string_view der) {
  elements_ += count_elements(der);
  if (elements_ > kElementsMax) return Excess::elements;
  const std::optional<RawParts> parts = raw_parts(der);
  if (!parts) return Excess::none;  // The library does not accept it as a certificate either.
  const KeySize key = key_size(parts->spki);
  const bool fits = key.modulus <= kModulusBitsMax && key.exponent <= kExponentBitsMax &&
                    key.prime <= kPrimeBitsMax && key.subgroup_order <= kSubgroupOrderBitsMax;
  return fits ? Excess::none : Excess::key;
}

}  // namespace mxsweep::tls
