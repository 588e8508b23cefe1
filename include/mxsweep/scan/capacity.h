// SPDX-License-Identifier: MIT
// How many connections fit, on how many workers, and why not more: decided before anything is sent.
// Pure.
//
//   Formula   One descriptor a connection, and descriptors_reserved() for everything else.
//             Without exceed_nofile all workers together keep within RLIMIT_NOFILE. With it each
//             worker has a descriptor table of its own, which the limit bounds by itself, and there
//             are as many workers as the connections need.
//   Units     connections, descriptors, octets.
//   Errors    refusal: what was asked for does not fit, and the cure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "mxsweep/ring/refusal.h"

namespace mxsweep::scan {

inline constexpr std::uint32_t kConcurrencyDefault = 1000;
inline constexpr std::uint32_t kThreadsMax = 1024;

struct CapacityRequest {
  std::uint32_t concurrency = 0;  // 0: the default, lowered to what fits.
  std::uint32_t threads = 0;      // 0: one per processor.
  std::uint32_t processors = 1;
  std::uint32_t descriptor_limit = 1024;  // RLIMIT_NOFILE.
  bool exceed_nofile = false;
  bool tls = false;  // Connections may go on under TLS.
};

struct Capacity {
  std::uint32_t concurrency = 0;
  std::uint32_t threads = 1;
  // Connections that one worker may have: all, while others need none, or what its own descriptor
  // table holds.
  std::uint32_t per_worker = 0;
  // What a worker's ring has room for: operations that wait for one submission, and completions.
  // Neither is a limit, only what is taken in one go. For its share of all connections, and not for
  // all, which would take a megabyte of each of many workers.
  std::uint32_t submissions = 0;
  std::uint32_t completions = 0;
  std::uint32_t fits = 0;  // Connections that RLIMIT_NOFILE allows without exceed_nofile.
  bool own_descriptor_tables = false;
  std::uint64_t memory_octets = 0;  // Ours, with ordinary replies held.
  std::string note;                 // What was lowered or raised, and why; may be empty.
};

struct CapacityPlan {
  Capacity capacity;
  std::optional<ring::Refusal> refusal;
};

[[nodiscard]] CapacityPlan plan_capacity(const CapacityRequest& request);

}  // namespace mxsweep::scan
