// SPDX-License-Identifier: MIT
// Reads what the flags of a sweep name as its own and as excluded.
//
//   Shape     an exclusion is a file. What is own is a file, if there is one of that name, or else
//             a prefix, a range of addresses, an address or a domain.
//   Errors    unusable: a file cannot be read, or a line or word of it is none of these. The sweep
//             must not start then: what was read is not all that is excluded.
#pragma once

#include <string>
#include <vector>

#include "mxsweep/core/status.h"
#include "mxsweep/scope/scope.h"

namespace mxsweep::scan {

struct ScopeRequest {
  std::vector<std::string> own;
  std::vector<std::string> exclude;
  bool allow_private = false;
};

// Fills `scope`, which must be new, and appends the files that were read to `files`.
Status read_scope(const ScopeRequest& request, scope::Scope& scope,
                  std::vector<std::string>& files);

}  // namespace mxsweep::scan
