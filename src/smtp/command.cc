// SPDX-License-Identifier: MIT
#include "mxsweep/smtp/command.h"

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/host_name.h"

namespace mxsweep::smtp {
namespace {

// RFC 5321 section 4.5.3.1.2 allows 255 octets. An address without its brackets passes for a name.
constexpr HostNameRule kRule{.octets_max = 255, .digits_at_end = true};

bool is_address_literal(std::string_view name) {
  if (name.size() < 4 || name.front() != '[' || name.back() != ']') return false;
  for (const char c : name.substr(1, name.size() - 2)) {
    if (!is_alphanumeric(c) && c != '.' && c != ':') return false;
  }
  return true;
}

}  // namespace

Status check_helo_name(std::string_view name) {
  if (is_address_literal(name)) return {};
  const HostNameScan scan = scan_host_name(name, kRule);
  const auto has = [&scan](HostNameFault fault) { return scan.faults.has(fault); };
  if (has(HostNameFault::empty) || has(HostNameFault::name_too_long)) {
    return Status::unusable("it must be 1 to 255 octets long");
  }
  if (has(HostNameFault::empty_label) || has(HostNameFault::label_too_long)) {
    return Status::unusable("a label is empty or too long");
  }
  if (has(HostNameFault::hyphen_outside)) {
    return Status::unusable("a label begins or ends with a hyphen");
  }
  if (has(HostNameFault::character)) {
    return Status::unusable("only letters, digits, hyphens and dots are allowed");
  }
  if (scan.labels < 2) return Status::unusable("it is not fully qualified (no dot)");
  return {};
}

}  // namespace mxsweep::smtp
