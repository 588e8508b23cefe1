// SPDX-License-Identifier: MIT
// A thread that may not be had, which is no exception.
//
//   Source    pthread_create(3): a limit on processes (RLIMIT_NPROC, a control group's pids.max),
//   or
//             no memory for its stack.
//   Lifetime  joined by the destructor, if not before. What the body refers to must last until
//   then. Errors    start() answers an errno; 0: it runs.
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
