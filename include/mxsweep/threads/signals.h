// SPDX-License-Identifier: MIT
// Receives signals by a descriptor: SIGINT, SIGTERM, SIGHUP and SIGUSR1, unless they were ignored
// when the program started. SIGPIPE and SIGXFSZ are ignored, so that the write which causes them
// returns EPIPE or EFBIG instead.
//
//   Source    signalfd(2).
//   Lifetime  must be constructed before any thread is started, so that all threads inherit the
//             signal mask. The destructor restores the mask and the dispositions.
//   Errors    good() is false if there is no descriptor.
#pragma once

#include <csignal>
#include <optional>

namespace mxsweep::threads {

struct Signal {
  int number = 0;
  bool of_kernel = false;  // Not sent by a process: a key of the terminal, or its hangup.
};

class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  [[nodiscard]] bool good() const { return descriptor_ >= 0; }
  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] std::optional<Signal> take();  // Reads one signal; nothing if there is none.

 private:
  int descriptor_ = -1;
  sigset_t mask_before_{};
  struct sigaction pipe_before_ {};
  struct sigaction file_size_before_ {};
};

}  // namespace mxsweep::threads
