// SPDX-License-Identifier: MIT
#include "mxsweep/threads/thread.h"

#include <utility>

#include "mxsweep/core/invariant.h"

namespace mxsweep::threads {

int Thread::start(const char* name, std::function<void()> body) {
  INVARIANT(!running_);
  body_ = std::move(body);
  const auto run = [](void* thread) -> void* {
    static_cast<Thread*>(thread)->body_();
    return nullptr;
  };
  const int error = ::pthread_create(&thread_, nullptr, run, this);
  running_ = error == 0;
  if (running_) ::pthread_setname_np(thread_, name);
  return error;
}

void Thread::join() {
  if (std::exchange(running_, false)) ::pthread_join(thread_, nullptr);
}

}  // namespace mxsweep::threads
