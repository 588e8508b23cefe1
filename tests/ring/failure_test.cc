// SPDX-License-Identifier: MIT
// Kernels that refuse the ring, before or after it was opened.
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <thread>

#include "mxsweep/ring/ring.h"
#include "support/catch.h"
#include "support/system_call_filter.h"

namespace mxsweep::ring {
namespace {

constexpr Duration kFailurePatience = std::chrono::seconds{60};

// Runs the body in a thread of its own, so that the filter ends with that thread.
template <typename Body>
void in_own_thread(Body&& body) {
  std::thread thread(std::forward<Body>(body));
  thread.join();
}

Status refused(unsigned call, unsigned error) {
  Status refusal;
  in_own_thread([&] {
    Ring ring;
    if (refuse_system_call(call, error)) refusal = ring.open({});
  });
  return refusal;
}

TEST_CASE("a ring that may be set up but not used is refused", "[ring][failure]") {
  const auto refusal = refused(SYS_io_uring_enter, EPERM);
  REQUIRE(!refusal.ok());
  CHECK(refusal.sentence().find("seccomp") != std::string::npos);
  CHECK(refusal.cure().find("io_uring_enter") != std::string::npos);
  const auto hidden = refused(SYS_io_uring_enter, ENOSYS);
  REQUIRE(!hidden.ok());
  CHECK(hidden.sentence().find("a filter hides it") != std::string::npos);
}

TEST_CASE("a ring on which registration is forbidden is refused for that reason",
          "[ring][failure]") {
  const auto refusal = refused(SYS_io_uring_register, EPERM);
  REQUIRE(!refusal.ok());
  CHECK(refusal.sentence().find("seccomp") != std::string::npos);
}

TEST_CASE("a ring that fails reports it, and no longer waits", "[ring][failure]") {
  int failure_before = -1;
  int failure = 0;
  std::size_t completed = 0;
  in_own_thread([&] {
    const int bell = ::eventfd(0, EFD_CLOEXEC);
    Ring ring;
    const Status opened =
        ring.open({.submissions = 8, .completions = 16, .buffers = 4, .wake_descriptor = bell});
    if (!opened.ok()) return;
    ring.submit_and_wait(1, Duration::zero());
    failure_before = ring.failure();
    if (!refuse_system_call(SYS_io_uring_enter, EPERM)) return;
    // More than the queue holds; it makes room by submitting.
    for (std::uint32_t i = 0; i < 100; ++i) {
      ring.poll(bell, {.index = i, .generation = 1}, POLLOUT);
      ring.connect(bell, {.index = i, .generation = 1}, socket_address(ipv4(0x7f000001), 25));
    }
    ring.submit_and_wait(1, kFailurePatience);
    completed = ring.completions().size();
    failure = ring.failure();
    ::close(bell);
  });
  CHECK(failure_before == 0);
  CHECK(failure == EPERM);
  CHECK(completed == 0);
  const Status explained = explain_failure(failure);
  CHECK(explained.sentence() == "io_uring_enter failed: Operation not permitted");
  CHECK_FALSE(explained.cure().empty());
}

TEST_CASE("an eventfd that cannot be read is a failure of its ring", "[ring][failure]") {
  constexpr int kNotOpen = 1'000'000;
  Ring deaf;
  REQUIRE(
      deaf.open({.submissions = 8, .completions = 16, .buffers = 4, .wake_descriptor = kNotOpen})
          .ok());
  deaf.submit_and_wait(1, kFailurePatience);
  CHECK(deaf.completions().empty());
  CHECK(deaf.failure() == EBADF);
}

TEST_CASE("a shortage that passes is not a failure", "[ring][failure]") {
  int failure = -1;
  in_own_thread([&] {
    Ring ring;
    if (!ring.open({.submissions = 8, .completions = 16, .buffers = 4}).ok()) return;
    if (!refuse_system_call(SYS_io_uring_enter, EAGAIN)) return;
    for (int i = 0; i < 10; ++i) ring.submit_and_wait(1, kFailurePatience);
    failure = ring.failure();
  });
  CHECK(failure == 0);
}

}  // namespace
}  // namespace mxsweep::ring
