// SPDX-License-Identifier: MIT
#include "mxsweep/threads/memory_reserve.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <new>
#include <thread>

#include "support/catch.h"

namespace mxsweep::threads {
namespace {

bool rung(int bell) {
  pollfd wait{.fd = bell, .events = POLLIN, .revents = 0};
  return ::poll(&wait, 1, 0) == 1;
}

TEST_CASE("the first allocation that fails is tried again after the reserve is released",
          "[threads]") {
  const int bell = ::eventfd(0, EFD_CLOEXEC);
  {
    const MemoryReserve reserve(bell);
    REQUIRE(reserve.good());
    CHECK_FALSE(reserve.used());
    CHECK_FALSE(rung(bell));
    const std::new_handler handler = std::get_new_handler();
    REQUIRE(handler != nullptr);
    handler();  // As operator new calls it.
    CHECK(reserve.used());
    CHECK(rung(bell));
    handler();
    CHECK(std::get_new_handler() == nullptr);  // Now std::bad_alloc is thrown.
  }
  CHECK(std::get_new_handler() == nullptr);
  ::close(bell);
}

TEST_CASE("threads whose allocations fail at the same time each try again", "[threads]") {
  const int bell = ::eventfd(0, EFD_CLOEXEC);
  {
    const MemoryReserve reserve(bell);
    const std::new_handler handler = std::get_new_handler();
    std::thread first(handler);
    first.join();
    CHECK(reserve.used());
    std::thread second(handler);  // Its allocation failed before the reserve was released.
    second.join();
    CHECK(std::get_new_handler() == handler);
  }
  ::close(bell);
}

TEST_CASE("an unused reserve leaves no handler behind", "[threads]") {
  const int bell = ::eventfd(0, EFD_CLOEXEC);
  { const MemoryReserve reserve(bell); }
  CHECK(std::get_new_handler() == nullptr);
  CHECK_FALSE(rung(bell));
  ::close(bell);
}

}  // namespace
}  // namespace mxsweep::threads
