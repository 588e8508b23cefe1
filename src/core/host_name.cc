// SPDX-License-Identifier: MIT
#include "mxsweep/core/host_name.h"

#include <algorithm>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/utf8.h"

namespace mxsweep {
namespace {

std::size_t count_units(std::string_view text, const HostNameRule& rule) {
  return rule.beyond_ascii ? count_characters(text) : text.size();
}

bool is_allowed(char c, const HostNameRule& rule) {
  return is_alphanumeric(c) || c == '-' || (c == '_' && rule.underscore) ||
         (is_beyond_ascii(c) && rule.beyond_ascii);
}

bool all_digits_and_hyphens(std::string_view label) {
  return std::ranges::all_of(label, [](char c) { return is_digit(c) || c == '-'; });
}

HostNameFaults faults_of_label(std::string_view label, const HostNameRule& rule) {
  HostNameFaults faults;
  if (label.empty()) {
    faults.add(HostNameFault::empty_label);
    return faults;
  }
  if (count_units(label, rule) > kLabelOctetsMax) faults.add(HostNameFault::label_too_long);
  if (!std::ranges::all_of(label, [&](char c) { return is_allowed(c, rule); })) {
    faults.add(HostNameFault::character);
  }
  if (!rule.hyphen_outside && (label.front() == '-' || label.back() == '-')) {
    faults.add(HostNameFault::hyphen_outside);
  }
  return faults;
}

}  // namespace

HostNameScan scan_host_name(std::string_view name, const HostNameRule& rule) {
  HostNameScan scan;
  if (rule.dot_at_end && name.ends_with('.')) name.remove_suffix(1);
  if (name.empty()) scan.faults.add(HostNameFault::empty);
  if (count_units(name, rule) > rule.octets_max) scan.faults.add(HostNameFault::name_too_long);
  while (scan.faults.empty()) {
    const std::size_t dot = name.find('.');
    const std::string_view label = name.substr(0, dot);
    scan.faults = faults_of_label(label, rule);
    ++scan.labels;
    if (dot == std::string_view::npos) {
      if (!label.empty() && !rule.digits_at_end && all_digits_and_hyphens(label)) {
        scan.faults.add(HostNameFault::digits_at_end);
      }
      break;
    }
    name.remove_prefix(dot + 1);
  }
  return scan;
}

}  // namespace mxsweep
