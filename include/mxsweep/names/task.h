// SPDX-License-Identifier: MIT
// A task: one target of the list with one server to visit, and how DNS led to that server.
//
//   Memory   96 octets beside what the target holds, and one allocation if there is a path. Tens of
//            thousands are in queues and slots at the same time, and a line's meta may be long:
//            octets_held() is the sum for one task.
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
class Inquiry;

// How DNS led from the target's name to the server.
struct Path {
  std::string domain;   // The mail domain, in A-labels; empty: the target is a host.
  std::string unicode;  // The domain, or else the host, in U-labels if they differ.
  std::string mx_host;  // Empty: no MX record led here.
  std::uint16_t mx_preference = 0;
  bool authentic = false;  // The resolver has validated all answers (AD).
  FindingSet findings;
  std::uint64_t identity = 0;       // Of this server among those of the target.
  std::uint32_t parts = 1;          // How many of them this run records.
  std::shared_ptr<Domain> sums_up;  // Sums up the domain's records; null: no summary is wanted.
  std::shared_ptr<const Inquiry> inquiry;  // Null: nothing else was asked.
};

struct Task {
  targets::Target target;
  std::unique_ptr<Path> path;  // Null: DNS adds nothing to the record.
};

// Heap memory that the task owns. A Domain that several tasks share counts for each of them.
[[nodiscard]] std::size_t octets_held(const Task& task);

// One server that a name leads to. The name in task.target is the one to use for TLS.
struct Resolved {
  Task task;
  Cause cause = Cause::none;  // Why it is not to be visited; its target may lack an address.
  Phase phase = Phase::dns;   // Of that cause; input: the name itself is excluded.
};

// Fills in what a record has of its task, and adjusts the outcome to the path. Must be called last,
// because it adds the time of name resolution to the record's total.
void describe(const Task& task, results::Record& record);

}  // namespace mxsweep::names
