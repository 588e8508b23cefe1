// SPDX-License-Identifier: MIT
// What is not as it should be on the way from a name to its servers, and stops nobody.
//
//   Source   RFC 5321 section 5.1, RFC 7505 (null MX), RFC 2181 section 10.3 (an MX names no
//   alias).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mxsweep {

enum class Finding : std::uint8_t {
  implicit_mx,           // No MX: the domain's own address serves.
  domain_is_alias,       // The name asked for is an alias (CNAME).
  mx_is_alias,           // The MX host is an alias.
  mx_single_label,       // The MX host has no dot in its name.
  mx_underscore,         // The MX host's name has an underscore.
  mx_repeated,           // The same host more than once.
  null_mx_among_others,  // A null MX that is not alone, and so means nothing.
  hosts_cut,             // More MX hosts than we look at.
  addresses_cut,         // More addresses than we look at.
  family_unknown,  // Addresses of one family; whether there are others could not be found out.
};
inline constexpr std::size_t kFindingCount = 10;

[[nodiscard]] std::string_view to_string(Finding finding);

class FindingSet {
 public:
  void add(Finding finding) { bits_ = static_cast<std::uint16_t>(bits_ | bit(finding)); }
  void add(FindingSet others) { bits_ = static_cast<std::uint16_t>(bits_ | others.bits_); }
  [[nodiscard]] bool has(Finding finding) const { return (bits_ & bit(finding)) != 0; }
  [[nodiscard]] bool empty() const { return bits_ == 0; }

 private:
  static std::uint16_t bit(Finding finding) {
    return static_cast<std::uint16_t>(1U << static_cast<unsigned>(finding));
  }
  std::uint16_t bits_ = 0;
};

}  // namespace mxsweep
