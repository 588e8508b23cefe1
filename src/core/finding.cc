// SPDX-License-Identifier: MIT
#include "mxsweep/core/finding.h"

#include "mxsweep/core/invariant.h"

namespace mxsweep {

std::string_view to_string(Finding finding) {
  switch (finding) {
    case Finding::implicit_mx: return "implicit_mx";
    case Finding::domain_is_alias: return "domain_is_alias";
    case Finding::mx_is_alias: return "mx_is_alias";
    case Finding::mx_single_label: return "mx_single_label";
    case Finding::mx_underscore: return "mx_underscore";
    case Finding::mx_repeated: return "mx_repeated";
    case Finding::null_mx_among_others: return "null_mx_among_others";
    case Finding::hosts_cut: return "hosts_cut";
    case Finding::addresses_cut: return "addresses_cut";
    case Finding::family_unknown: return "family_unknown";
  }
  INVARIANT(false && "a finding outside its list");
  return {};
}

}  // namespace mxsweep
