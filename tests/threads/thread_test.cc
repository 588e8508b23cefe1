// SPDX-License-Identifier: MIT
#include "mxsweep/threads/thread.h"

#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <latch>
#include <string_view>

#include "support/catch.h"
#include "support/system_call_filter.h"

namespace mxsweep::threads {
namespace {

TEST_CASE("a thread runs its body once and is joined", "[threads]") {
  int runs = 0;
  {
    Thread thread;
    REQUIRE(thread.start("test", [&] { ++runs; }) == 0);
    thread.join();
    CHECK(runs == 1);
    REQUIRE(thread.start("test", [&] { ++runs; }) == 0);
  }
  CHECK(runs == 2);
}

TEST_CASE("a thread has its name", "[threads]") {
  std::array<char, 16> name{};
  {
    std::latch named(1);
    Thread thread;
    REQUIRE(thread.start("fifteen octets.", [&] {
      named.wait();
      ::pthread_getname_np(::pthread_self(), name.data(), name.size());
    }) == 0);
    named.count_down();
  }
  CHECK(std::string_view(name.data()) == "fifteen octets.");
}

TEST_CASE("a thread that cannot be started is an error and not an exception", "[threads]") {
  int error = 0;
  bool filtered = false;
  Thread outer;
  REQUIRE(outer.start("outer", [&] {
    filtered = refuse_system_call(SYS_clone3, EAGAIN) && refuse_system_call(SYS_clone, EAGAIN);
    Thread inner;
    error = inner.start("inner", [] {});
  }) == 0);
  outer.join();
  CHECK(filtered);
  CHECK(error == EAGAIN);
}

}  // namespace
}  // namespace mxsweep::threads
