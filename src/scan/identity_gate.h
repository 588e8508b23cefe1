// SPDX-License-Identifier: MIT
// Decides whether the sweep may visit servers that are not its own: checks our identity once, when
// the first foreign target comes, because a list is a stream and may hold none.
//
//   Shape     admits() for each foreign target, in the feeder's thread. Its first call blocks while
//             the resolver is asked.
//   Errors    failure(): why no foreign server may be visited.
#pragma once

#include <functional>
#include <string>

#include "mxsweep/core/status.h"
#include "mxsweep/names/name_options.h"
#include "mxsweep/probe/sources.h"
#include "mxsweep/scan/identity_options.h"
#include "mxsweep/targets/target.h"

namespace mxsweep::scan {

class IdentityGate {
 public:
  // `names`: how to reach the resolver. All of them outlive the gate.
  IdentityGate(const IdentityOptions& options, const names::NameOptions& names,
               const probe::Sources& sources);

  // Whether the target's name is the one that we send in EHLO. A server that is sent its own name
  // takes the client for a forger, or for itself.
  [[nodiscard]] bool has_our_name(const targets::Target& target) const;

  // `goes_on` is called several times a second while the check lasts; false ends it.
  [[nodiscard]] bool admits(const std::function<bool()>& goes_on);

  [[nodiscard]] const Status& failure() const { return failure_; }

 private:
  const IdentityOptions& options_;
  const names::NameOptions& names_;
  const probe::Sources& sources_;
  std::string helo_;  // As Target::name() would be.
  bool checked_ = false;
  Status failure_;
};

}  // namespace mxsweep::scan
