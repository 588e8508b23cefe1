// SPDX-License-Identifier: MIT
// A thread whose start can fail without an exception.
//
//   Source    pthread_create(3): it fails at a limit on processes (RLIMIT_NPROC, pids.max of a
//             control group), or when there is no memory for the stack.
//   Lifetime  joined by the destructor, if not before; what the body refers to must last until
//             then.
//   Errors    start() answers an errno; 0: it runs.
#pragma once

#include <pthread.h>

#include <functional>

namespace mxsweep::threads {

class Thread {
 public:
  Thread() = default;
  ~Thread() { join(); }
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  // Requires: not running.
  [[nodiscard]] int start(std::function<void()> body);
  void join();

 private:
  std::function<void()> body_;
  pthread_t thread_{};
  bool running_ = false;
};

}  // namespace mxsweep::threads
