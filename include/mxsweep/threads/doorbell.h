// SPDX-License-Identifier: MIT
// How one thread tells another that there is news, at no cost while the other is awake.
//
//   Shape    The sleeper: prepare(), look once more, then sleep (or wait()), then cancel_wait().
//            The caller: publish the news, then notify_if_waiting().
//   Readers  One at a time. A second one may wait for a ring that the first has read.
//   Source   Dekker's handshake: each side writes its flag and then reads the other's, with a full
//            fence between, so that at least one of them sees the other.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

#include "mxsweep/core/invariant.h"

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
  [[nodiscard]] int error() const { return error_; }  // The errno of one that is not good().
  [[nodiscard]] int descriptor() const { return descriptor_; }

  void prepare() { asleep_.exchange(true, std::memory_order_seq_cst); }
  void cancel_wait() { asleep_.store(false, std::memory_order_relaxed); }

  void notify_if_waiting() {
    // An exchange rather than a fence and a load: ThreadSanitizer does not know fences.
    if (asleep_.exchange(false, std::memory_order_seq_cst)) notify();
  }
  // Also when nobody is known to sleep: for the stop, which must not be missed.
  void notify() {
    const std::uint64_t one = 1;
    // The counter cannot overflow: it is read whenever it is not zero.
    [[maybe_unused]] const ssize_t written = ::write(descriptor_, &one, sizeof one);
  }

  // Sleeps until rung. Only for sleepers without a ring of their own.
  void wait() const {
    std::uint64_t rings = 0;
    [[maybe_unused]] const ssize_t got = ::read(descriptor_, &rings, sizeof rings);
  }

 private:
  int descriptor_;
  int error_;
  std::atomic<bool> asleep_ = false;
};

}  // namespace mxsweep::threads
