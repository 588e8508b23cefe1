// SPDX-License-Identifier: MIT
// One name, resolved while the caller waits; and whether the resolver answers at all.
//
//   Lifetime  each call opens a resolver of its own and closes it again.
//   Errors    `error` says that this machine cannot run one; a name's own failure is a cause.
#pragma once

#include <string>
#include <vector>

#include "mxsweep/core/address.h"
#include "mxsweep/core/outcome.h"
#include "mxsweep/core/time.h"
#include "mxsweep/scan/errand.h"
#include "mxsweep/scan/name_options.h"
#include "mxsweep/targets/target.h"

namespace mxsweep::scan {

struct Resolution {
  Errand errand;  // To the first address, with the name to use for TLS and the time it took.
  std::vector<Address> addresses;
  Cause cause = Cause::none;  // Why there are none.
  std::string error;
};

[[nodiscard]] Resolution resolve(const targets::Target& target, NameOptions options);

struct ResolverCheck {
  std::string servers;     // "192.0.2.53:53, ..."
  bool answered = false;   // Anything at all, a failure included.
  std::string answer;      // "found", "nxdomain", …
  bool authentic = false;  // It says that it has validated the answer (AD).
  Duration took{};
  std::string error;
};

// `text`: a name to ask for; empty: the root, whose name servers every resolver knows.
[[nodiscard]] ResolverCheck check_resolver(const NameOptions& options, const std::string& text);

}  // namespace mxsweep::scan
