// SPDX-License-Identifier: MIT
#include "mxsweep/threads/thread.h"

#include <sys/syscall.h>

#include <cerrno>

#include "support/catch.h"
#include "support/system_call_filter.h"

namespace mxsweep::threads {
namespace {

TEST_CASE("a thread runs its body once and is joined", "[threads]") {
  int runs = 0;
  {
    Thread thread;
    REQUIRE(thread.start([&] { ++runs; }) == 0);
    thread.join();
    CHECK(runs == 1);
    REQUIRE(thread.start([&] { ++runs; }) == 0);
  }
  CHECK(runs == 2);
}

TEST_CASE("a thread that cannot be started is an error and not an exception", "[threads]") {
  int error = 0;
  bool filtered = false;
  Thread outer;
  REQUIRE(outer.start([&] {
    filtered = refuse_system_call(SYS_clone3, EAGAIN) && refuse_system_call(SYS_clone, EAGAIN);
    Thread inner;
    error = inner.start([] {});
  }) == 0);
  outer.join();
  CHECK(filtered);
  CHECK(error == EAGAIN);
}

}  // namespace
}  // namespace mxsweep::threads
