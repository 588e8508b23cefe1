// SPDX-License-Identifier: MIT
// Tables are sized for the largest number of connections allowed, but take memory only for those
// that are used.
#include <unistd.h>

#include <array>
#include <cstdint>
#include <fstream>

#include "mxsweep/core/slot_table.h"
#include "mxsweep/core/timer_wheel.h"
#include "support/catch.h"
#include "support/sanitizer.h"

namespace mxsweep {
namespace {

// Generous bounds: AddressSanitizer's shadow memory grows with memory that we only reserve.
// ThreadSanitizer's is larger than the memory itself, so with it nothing can be measured.
#if !MXSWEEP_THREAD_SANITIZER

constexpr std::uint64_t kMiB = 1024 * 1024;

std::uint64_t resident_octets() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  statm >> total >> resident;
  REQUIRE(resident > 0);
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

TEST_CASE("timers that were never started take no memory", "[core][memory]") {
  constexpr std::uint32_t kTimers = 1U << 24U;  // 128 MiB if all are used.
  const std::uint64_t before = resident_octets();
  TimerWheel wheel(kTimers, Instant{});
  wheel.start(kTimers - 1, Instant{} + TimerWheel::kTick);
  wheel.start(kTimers / 2, Instant{} + TimerWheel::kTick);
  CHECK_FALSE(wheel.running(0));
  CHECK(wheel.expire(
            Instant{} + 2 * TimerWheel::kTick, [](std::uint32_t) {}, 9) == 2);
  CHECK(resident_octets() < before + 64 * kMiB);
}

TEST_CASE("slots that were never begun take no memory", "[core][memory]") {
  constexpr std::uint32_t kSlots = 1U << 18U;
  const std::uint64_t before = resident_octets();
  SlotTable<std::array<char, 1024>> slots(kSlots);  // 256 MiB and more if all are used.
  const Handle handle = slots.begin();
  CHECK(slots.find(handle) != nullptr);
  slots.end(handle);
  CHECK(resident_octets() < before + 64 * kMiB);
}

#endif

}  // namespace
}  // namespace mxsweep
