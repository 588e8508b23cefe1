// SPDX-License-Identifier: MIT
// Counters, and the request to stop, that all workers share with the thread that watches them. A
// worker updates them once per turn.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "mxsweep/core/outcome.h"

namespace mxsweep::scan {

enum class Stop : std::uint8_t {
  none,
  drain,  // Start nothing new; open conversations have the time of --drain to end.
  leave,  // Interrupt open conversations now; each still gets its record.
};

struct Gauges {
  std::atomic<std::uint32_t> in_flight = 0;
  std::atomic<std::uint32_t> in_flight_peak = 0;
  std::atomic<std::uint64_t> waiting = 0;  // Targets that the workers have and have not begun.
  std::array<std::atomic<std::uint64_t>, kOutcomeCount> outcomes{};
  std::atomic<std::uint64_t> foreign = 0;  // Targets passed to the workers that are not own.
  std::atomic<std::uint64_t> shortages = 0;
  std::atomic<int> last_shortage = 0;  // errno
  std::atomic<bool> paused = false;    // This machine has lost its network.
  std::atomic<Stop> stop = Stop::none;

  [[nodiscard]] Stop stopping() const { return stop.load(std::memory_order_relaxed); }
  // For a thread that cannot go on.
  void stop_if_not_stopping() {
    Stop none = Stop::none;
    stop.compare_exchange_strong(none, Stop::drain, std::memory_order_seq_cst);
  }
};

}  // namespace mxsweep::scan
