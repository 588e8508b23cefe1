// SPDX-License-Identifier: MIT
#include "scan/signals.h"

#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace mxsweep::scan {

Signals::Signals() {
  sigset_t wanted;
  ::sigemptyset(&wanted);
  ::sigaddset(&wanted, SIGINT);
  ::sigaddset(&wanted, SIGTERM);
  ::sigaddset(&wanted, SIGHUP);
  ::pthread_sigmask(SIG_BLOCK, &wanted, &mask_before_);
  descriptor_ = ::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, &pipe_before_);
}

Signals::~Signals() {
  if (descriptor_ >= 0) ::close(descriptor_);
  ::sigaction(SIGPIPE, &pipe_before_, nullptr);
  ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
}

bool Signals::arrived() {
  signalfd_siginfo info{};
  return ::read(descriptor_, &info, sizeof info) == sizeof info;
}

}  // namespace mxsweep::scan
