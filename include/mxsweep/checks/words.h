// SPDX-License-Identifier: MIT
// The words that say what to check: of --checks, and of the monitor's `checks`.
//
//   Shape    "spf", "dmarc", "mta-sts", "tls-rpt", "dane", "names", "dnssec"; "policy": all of
//            these; "dkim:SELECTOR", "dkim:common"; "http": mta-sts with the policy; "all".
//            "dnsbl:FILE" needs a file, and is the caller's.
//   Errors   unusable: a word that is none of them, or too many selectors.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/checks/options.h"
#include "mxsweep/core/status.h"

namespace mxsweep::checks {

// As in help: with "dkim:SELECTOR" for all selectors.
[[nodiscard]] std::vector<std::string> check_words();

Status add_check(std::string_view word, Options& options);

}  // namespace mxsweep::checks
