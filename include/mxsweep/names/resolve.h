// SPDX-License-Identifier: MIT
// Blocking name resolution for commands that visit one target, and a check of the resolver.
//
//   Lifetime  each call opens a resolver of its own and closes it before it returns.
//   Errors    a Status if this machine cannot run a resolver. A failure of the name itself is the
//             Cause of a Resolved.
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

// Reported for each question when it is asked, and again when it is answered. Views are valid
// during the call.
struct Lookup {
  Duration at{};  // Since resolve() began.
  std::string_view name;
  dns::Type type = dns::Type::a;
  const dns::Answer* answer = nullptr;  // Null: the question is being asked.
};

// Returns at least one: the addresses of a host, or the servers of a mail domain in the order to
// try them. `on_lookup` may be empty.
Result<std::vector<Resolved>> resolve(const targets::Target& target, NameOptions options,
                                      const std::function<void(const Lookup&)>& on_lookup = {});

struct ResolverCheck {
  std::string servers;     // "192.0.2.53:53, ..."
  bool answered = false;   // It sent any response, a failure included.
  std::string answer;      // "found", "nxdomain", …
  bool authentic = false;  // It reports that it has validated the answer (AD).
  Duration took{};
  Status status;  // Why the query could not be sent; members above may then be unset.
};

// Sends one query: for the A records of `text`, or, if it is empty, for the NS records of the root,
// which every resolver knows.
[[nodiscard]] ResolverCheck check_resolver(const NameOptions& options, const std::string& text);

// Sends one query for the keys of the root. If the answer is authentic, the resolver validates:
// the root is signed, and everything that validates knows its keys.
[[nodiscard]] ResolverCheck check_validation(const NameOptions& options);

}  // namespace mxsweep::names
