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
#include "mxsweep/scan/name_options.h"
#include "mxsweep/targets/target.h"

namespace mxsweep::scan {

struct Resolution {
  targets::Target target;  // As it came, with the name to use for TLS and the time it took.
  std::vector<Address> addresses;
  Cause cause = Cause::none;  // Why there are none.
  std::string error;
};

[[nodiscard]] Resolution resolve(const targets::Target& target, NameOptions options);

struct ResolverCheck {
  std::string servers;  // "192.0.2.53:53, ..."
  bool answered = false;
  bool authentic = false;  // It says that it has validated the answer (AD).
  Duration took{};
  std::string error;
};

[[nodiscard]] ResolverCheck check_resolver(const NameOptions& options);

}  // namespace mxsweep::scan
