// SPDX-License-Identifier: MIT
// What a host name in text may be made of: one scanner for every place that takes one. Pure.
//
//   Source   RFC 1123 section 2.1 (letters, digits, hyphens), RFC 2181 section 11 (lengths).
//   Rule     labels of 1 to 63 letters, digits and hyphens with dots between them, 253 octets in
//            all. HostNameRule says what else a place allows, or asks for.
//   Units    octets; with beyond_ascii characters, for one of them becomes at least one octet of
//            the A-label.
//   Errors   everything that is wrong with the first label at fault, or with the whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mxsweep/core/enum_set.h"

namespace mxsweep {

inline constexpr std::size_t kLabelOctetsMax = 63;
// As text: the 255 octets of the wire less the first label's length and the root's.
inline constexpr std::size_t kHostNameOctetsMax = 253;

struct HostNameRule {
  std::size_t octets_max = kHostNameOctetsMax;
  bool underscore = false;      // In use for hosts, whatever RFC 1123 says.
  bool dot_at_end = false;      // One; it does not count.
  bool hyphen_outside = false;  // At either end of a label: DNS has such names.
  bool beyond_ascii = false;   // Octets of UTF-8 are letters; whether it is UTF-8 is not looked at.
  bool digits_at_end = false;  // A last label of digits and hyphens: "999.1.1.1", "192.0.2.8-9".
};

enum class HostNameFault : std::uint8_t {
  empty,           // The whole name.
  name_too_long,   //
  empty_label,     // Two dots in a row, or one at either end.
  label_too_long,  //
  character,       // One that the rule does not allow.
  hyphen_outside,
  digits_at_end,
};
inline constexpr std::size_t kHostNameFaultCount = 7;
using HostNameFaults = EnumSet<HostNameFault, kHostNameFaultCount, std::uint8_t>;

struct HostNameScan {
  HostNameFaults faults;   // Empty: it is a host name.
  std::size_t labels = 0;  // Without a fault, all of them.
};

[[nodiscard]] HostNameScan scan_host_name(std::string_view name, const HostNameRule& rule);

}  // namespace mxsweep
