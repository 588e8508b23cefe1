// SPDX-License-Identifier: MIT
// A thread that reports a failed start as a value instead of an exception.
//
//   Source    pthread_create(3), which fails at a limit on processes (RLIMIT_NPROC, pids.max of a
//             control group), or if there is no memory for the stack.
//   Lifetime  joined by the destructor at the latest. Objects that the body refers to must live
//             until then.
//   Errors    start() returns an errno; 0: the thread runs.
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

  // `name`: what `top -H` and perf show, at most 15 octets. Requires: not running.
  [[nodiscard]] int start(const char* name, std::function<void()> body);
  void join();

 private:
  std::function<void()> body_;
  pthread_t thread_{};
  bool running_ = false;
};

}  // namespace mxsweep::threads
