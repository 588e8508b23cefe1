// SPDX-License-Identifier: MIT
// One name, resolved while the caller waits; and whether the resolver answers at all.
//
//   Lifetime  each call opens a resolver of its own and closes it again.
//   Errors    this machine cannot run one; a name's own failure is a cause.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"
#include "mxsweep/dns/message.h"
#include "mxsweep/names/name_options.h"
#include "mxsweep/names/task.h"
#include "mxsweep/targets/target.h"

namespace mxsweep::names {

// A question when it is asked, and again when it is answered. Views are good for the call.
struct Lookup {
  Duration at{};  // Since resolve() began.
  std::string_view name;
  dns::Type type = dns::Type::a;
  const dns::Answer* answer = nullptr;  // Null: it is being asked.
};

// At least one: a host's addresses, or a mail domain's servers in the order to try them.
// `on_lookup` may be empty.
Result<std::vector<Resolved>> resolve(const targets::Target& target, NameOptions options,
                                      const std::function<void(const Lookup&)>& on_lookup = {});

struct ResolverCheck {
  std::string servers;     // "192.0.2.53:53, ..."
  bool answered = false;   // Anything at all, a failure included.
  std::string answer;      // "found", "nxdomain", …
  bool authentic = false;  // It says that it has validated the answer (AD).
  Duration took{};
  Status status;  // Why it could not be asked; what is above counts as far as it is known.
};

// `text`: a name to ask for; empty: the root, whose name servers every resolver knows.
[[nodiscard]] ResolverCheck check_resolver(const NameOptions& options, const std::string& text);

}  // namespace mxsweep::names
