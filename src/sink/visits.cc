// SPDX-License-Identifier: MIT
#include "mxsweep/sink/visits.h"

#include <atomic>

#include "mxsweep/core/invariant.h"

namespace mxsweep::sink {
namespace {

constexpr std::uint32_t kHosts = 1U << 24U;  // The addresses of 127.0.0.0/8.
constexpr std::uint32_t kElsewhere = kHosts;

std::uint32_t counter_of(const Address& address) {
  const bool loopback = address.family == Family::ipv4 && address.octets[0] == 127;
  return loopback ? ipv4_host_order(address) % kHosts : kElsewhere;
}

}  // namespace

// Not make_unique(): pages from calloc() are zero without being touched.
Visits::Visits()
    : counters_(static_cast<std::uint32_t*>(std::calloc(kHosts + 1, sizeof(std::uint32_t)))) {
  INVARIANT(counters_ != nullptr);
}

std::uint32_t Visits::count(const Address& address) {
  const std::atomic_ref<std::uint32_t> counter(counters_[counter_of(address)]);
  const std::uint32_t before = counter.load(std::memory_order_relaxed);
  if (before >= kVisitsMax) return kVisitsMax;
  return counter.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace mxsweep::sink
