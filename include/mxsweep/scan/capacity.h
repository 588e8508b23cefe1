// SPDX-License-Identifier: MIT
// Plans how many connections a sweep may have open and on how many workers, from the flags and the
// limits of this machine, before anything is sent. Pure.
//
//   Formula   One descriptor per connection, and descriptors_reserved() for everything else.
//             Without exceed_nofile, all workers together keep within RLIMIT_NOFILE. With it, each
//             worker has a descriptor table of its own, to which the limit applies separately, and
//             there are as many workers as the connections need.
//   Units     connections, descriptors, octets.
//   Errors    machine: the request does not fit; with the cure.
#pragma once

#include <cstdint>
#include <string>

#include "mxsweep/core/status.h"

namespace mxsweep::scan {

inline constexpr std::uint32_t kConcurrencyDefault = 1000;
inline constexpr std::uint32_t kThreadsMax = 1024;

struct CapacityRequest {
  std::uint32_t concurrency = 0;  // 0: the default, lowered to what fits.
  std::uint32_t threads = 0;      // 0: one per processor.
  std::uint32_t processors = 1;
  std::uint32_t descriptor_limit = 1024;  // RLIMIT_NOFILE.
  std::uint32_t descriptors_besides = 0;  // Of what runs beside the sweep in this process.
  bool exceed_nofile = false;
  bool tls = false;        // Connections may use TLS.
  bool enumerate = false;  // A survey of a server's TLS may go on for each connection.
};

struct Capacity {
  std::uint32_t concurrency = 0;
  std::uint32_t threads = 1;
  // Connections that one worker may have: all of them while other workers need none, or as many as
  // its own descriptor table holds.
  std::uint32_t per_worker = 0;
  // The sizes of a worker's ring: operations in one submission, and completions. Neither limits the
  // connections, only the size of a batch. Sized for the worker's share of all connections: for all
  // of them, each of many workers would need a megabyte.
  std::uint32_t submissions = 0;
  std::uint32_t completions = 0;
  std::uint32_t fits = 0;  // Connections that RLIMIT_NOFILE allows without exceed_nofile.
  bool own_descriptor_tables = false;
  std::uint64_t memory_octets = 0;  // Estimate for this process, with replies of ordinary size.
  std::string note;                 // Which value was lowered or raised, and why; may be empty.
};

Result<Capacity> plan_capacity(const CapacityRequest& request);

}  // namespace mxsweep::scan
