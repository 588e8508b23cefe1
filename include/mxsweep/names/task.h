// SPDX-License-Identifier: MIT
// One target on its way to one server, and how it came by its address.
//
//   Memory   80 octets beside what the target holds, and one allocation where DNS has something to
//            say; tens of thousands wait in queues and sit in slots. octets_held() counts it, for
//            what the list says of a target may be long.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "mxsweep/core/finding.h"
#include "mxsweep/core/outcome.h"
#include "mxsweep/results/record.h"
#include "mxsweep/targets/target.h"

namespace mxsweep::names {

class Domain;

// How DNS led from what the list says to the server.
struct Path {
  std::string domain;   // The mail domain, as A-labels; empty: the list names a host.
  std::string unicode;  // Domain, or else host, in U-labels where that differs.
  std::string mx_host;  // Empty: no MX record led here.
  std::uint16_t mx_preference = 0;
  bool authentic = false;  // The resolver has validated all of it (AD).
  FindingSet findings;
  std::shared_ptr<Domain> sums_up;  // Null: no summary of the domain is wanted.
};

struct Task {
  targets::Target target;
  std::unique_ptr<Path> path;  // Null: there is nothing to say of it.
};

// What it holds beside itself. A domain that several tasks share counts with each.
[[nodiscard]] std::size_t octets_held(const Task& task);

// One server that a name leads to; its target's name is the one to use for TLS.
struct Resolved {
  Task task;
  Cause cause = Cause::none;  // Why nothing is to be visited there; there may be no address.
};

// What a record says of its task, and what its path means for the outcome. Called last: the time
// that a name took is part of the total.
void describe(const Task& task, results::Record& record);

}  // namespace mxsweep::names
