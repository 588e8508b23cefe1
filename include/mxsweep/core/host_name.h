// SPDX-License-Identifier: MIT
// Checks the syntax of a host name: one scanner for every place where one can be written. Pure.
//
//   Source   RFC 1123 section 2.1 (letters, digits, hyphens), RFC 2181 section 11 (lengths).
//   Rule     labels of 1 to 63 letters, digits and hyphens with dots between them, 253 octets in
//            all. HostNameRule has what a particular place allows in addition.
//   Units    octets; with beyond_ascii characters, because each becomes at least one octet of the
//            A-label.
//   Errors   HostNameScan::faults: those of the whole name, if it has any; else all faults of the
//            first label that has one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mxsweep/core/enum_set.h"

namespace mxsweep {

inline constexpr std::size_t kLabelOctetsMax = 63;
// As text: RFC 1035's 255 octets on the wire, less the length octet of the first label and that of
// the root.
inline constexpr std::size_t kHostNameOctetsMax = 253;

struct HostNameRule {
  std::size_t octets_max = kHostNameOctetsMax;
  bool underscore = false;      // Names of hosts contain it, although RFC 1123 forbids it.
  bool dot_at_end = false;      // A single final dot, which is not counted.
  bool hyphen_outside = false;  // A hyphen at either end of a label: DNS contains such names.
  bool beyond_ascii = false;    // Octets above 127 are letters; not checked to be valid UTF-8.
  bool digits_at_end = false;   // A last label of digits and hyphens: "999.1.1.1", "192.0.2.8-9".
};

enum class HostNameFault : std::uint8_t {
  empty,  // The name has no octets.
  name_too_long,
  empty_label,  // Two dots in a row, or one at either end.
  label_too_long,
  character,  // One that the rule does not allow.
  hyphen_outside,
  digits_at_end,
};
inline constexpr std::size_t kHostNameFaultCount = 7;
using HostNameFaults = EnumSet<HostNameFault, kHostNameFaultCount, std::uint8_t>;

struct HostNameScan {
  HostNameFaults faults;   // Empty: it is a host name.
  std::size_t labels = 0;  // How many were scanned: all of them unless there is a fault.
};

[[nodiscard]] HostNameScan scan_host_name(std::string_view name, const HostNameRule& rule);

}  // namespace mxsweep
