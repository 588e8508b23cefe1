// SPDX-License-Identifier: MIT
// Wakes a sleeping thread by an eventfd. Costs no system call while that thread is awake.
//
//   Source   Dekker's algorithm: each side writes its own flag and then reads the other's, with a
//            full fence in between, so that at least one side sees the other's write.
//   Shape    The sleeper: prepare(), check once more for work, then wait() or poll descriptor(),
//            then cancel_wait(). The caller: publish the work, then notify_if_waiting().
//   Threads  one sleeper; any number of callers. With two sleepers one could read the notification
//            that is meant for the other.
//   Errors   good() is false if the eventfd could not be created; error() is the errno.
#pragma once

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>

#include "mxsweep/core/time.h"

namespace mxsweep::threads {

class Doorbell {
 public:
  Doorbell() : descriptor_(::eventfd(0, EFD_CLOEXEC)), error_(descriptor_ < 0 ? errno : 0) {}
  Doorbell(const Doorbell&) = delete;
  Doorbell& operator=(const Doorbell&) = delete;
  ~Doorbell() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  [[nodiscard]] bool good() const { return descriptor_ >= 0; }
  [[nodiscard]] int error() const { return error_; }  // 0 if good().
  [[nodiscard]] int descriptor() const { return descriptor_; }

  void prepare() { asleep_.exchange(true, std::memory_order_seq_cst); }
  void cancel_wait() { asleep_.store(false, std::memory_order_relaxed); }

  void notify_if_waiting() {
    // An exchange rather than a fence and a load: ThreadSanitizer does not support fences.
    if (asleep_.exchange(false, std::memory_order_seq_cst)) notify();
  }
  // Notifies even if no thread seems to be waiting: for the stop, which must not be missed.
  void notify() {
    const std::uint64_t one = 1;
    // The eventfd's counter cannot overflow, because the sleeper reads it whenever it is not zero.
    [[maybe_unused]] const ssize_t written = ::write(descriptor_, &one, sizeof one);
  }

  // Blocks until notified. For sleepers without an io_uring ring, which would poll descriptor().
  void wait() const {
    std::uint64_t rings = 0;
    [[maybe_unused]] const ssize_t got = ::read(descriptor_, &rings, sizeof rings);
  }
  // Blocks until notified, `longest` at most, rounded up to a millisecond.
  void wait(Duration longest) const {
    constexpr Duration kMost = std::chrono::hours{1};
    const auto wanted = std::clamp(longest, Duration::zero(), kMost);
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(wanted).count();
    pollfd bell{.fd = descriptor_, .events = POLLIN, .revents = 0};
    if (::poll(&bell, 1, static_cast<int>(ms)) > 0) wait();
  }

 private:
  int descriptor_;
  int error_;
  std::atomic<bool> asleep_ = false;
};

}  // namespace mxsweep::threads
