// SPDX-License-Identifier: MIT
#include "mxsweep/scan/task.h"

#include <malloc.h>

#include <string>
#include <vector>

#include "support/catch.h"

namespace mxsweep::scan {
namespace {

// The octets that this program has allocated; 0 under sanitizers, which replace the allocator.
std::size_t allocated_now() { return ::mallinfo2().uordblks + ::mallinfo2().hblkhd; }

TEST_CASE("a task counts with the memory it takes, whatever the list and DNS have on it",
          "[scan][task]") {
  for (const std::size_t meta : {0U, 10U, 200U, 5000U, 30'000U}) {
    CAPTURE(meta);
    const std::string text(meta, 'm');
    std::vector<Task> tasks(100);
    std::size_t counted = 0;
    const std::size_t before = allocated_now();
    for (Task& task : tasks) {
      task.target.set_words("mx.example.test", "", text);
      task.path = std::make_unique<Path>();
      task.path->domain = "a-domain-of-some-length.example.test";
      counted += octets_held(task);
    }
    const std::size_t after = allocated_now();
    if (before == 0 || after <= before) continue;
    const auto real = static_cast<double>(after - before);
    CHECK(static_cast<double>(counted) > 0.9 * real);
    CHECK(static_cast<double>(counted) < 1.2 * real);
  }
}

}  // namespace
}  // namespace mxsweep::scan
