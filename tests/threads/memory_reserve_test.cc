// SPDX-License-Identifier: MIT
#include "mxsweep/threads/memory_reserve.h"

#include <new>
#include <thread>

#include "support/catch.h"

namespace mxsweep::threads {
namespace {

TEST_CASE("the first allocation that fails is tried again after the reserve is released",
          "[threads]") {
  int told = 0;
  {
    const MemoryReserve reserve([&told] { ++told; });
    REQUIRE(reserve.good());
    CHECK_FALSE(reserve.used());
    CHECK(told == 0);
    const std::new_handler handler = std::get_new_handler();
    REQUIRE(handler != nullptr);
    handler();  // As operator new calls it.
    CHECK(reserve.used());
    CHECK(told == 1);
    handler();
    CHECK(told == 1);
    CHECK(std::get_new_handler() == nullptr);  // Now std::bad_alloc is thrown.
  }
  CHECK(std::get_new_handler() == nullptr);
}

TEST_CASE("threads whose allocations fail at the same time each try again", "[threads]") {
  int told = 0;
  {
    const MemoryReserve reserve([&told] { ++told; });
    const std::new_handler handler = std::get_new_handler();
    std::thread first(handler);
    first.join();
    CHECK(reserve.used());
    std::thread second(handler);  // Its allocation failed before the reserve was released.
    second.join();
    CHECK(std::get_new_handler() == handler);
    CHECK(told == 1);
  }
}

TEST_CASE("an unused reserve leaves no handler behind", "[threads]") {
  int told = 0;
  {
    const MemoryReserve reserve([&told] { ++told; });
  }
  CHECK(std::get_new_handler() == nullptr);
  CHECK(told == 0);
}

}  // namespace
}  // namespace mxsweep::threads
