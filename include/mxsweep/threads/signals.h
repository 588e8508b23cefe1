// SPDX-License-Identifier: MIT
// Signals as something to read: SIGINT, SIGTERM and SIGHUP arrive on a descriptor, unless they were
// ignored from the start; SIGPIPE and SIGXFSZ become the EPIPE and EFBIG of the write that caused
// them.
//
//   Lifetime  Built before any thread is started, so that all inherit the mask; restores what it
//             changed when it goes.
#pragma once

#include <csignal>

namespace mxsweep::threads {

class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  [[nodiscard]] bool good() const { return descriptor_ >= 0; }
  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] bool arrived();  // One signal read off; false when there was none.

 private:
  int descriptor_ = -1;
  sigset_t mask_before_{};
  struct sigaction pipe_before_ {};
  struct sigaction file_size_before_ {};
};

}  // namespace mxsweep::threads
