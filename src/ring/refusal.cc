// SPDX-License-Identifier: MIT
#include "mxsweep/ring/refusal.h"

#include <sys/utsname.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace mxsweep::ring {
namespace {

std::string first_word_after(const char* path, const std::string& key) {
  std::ifstream file(path);
  std::string word;
  while (file >> word) {
    if (key.empty()) return word;
    if (word == key && file >> word) return word;
  }
  return {};
}

std::string kernel_release() {
  utsname name{};
  return ::uname(&name) == 0 ? name.release : "unknown";
}

Refusal explain_not_permitted() {
  const std::string disabled = first_word_after("/proc/sys/kernel/io_uring_disabled", "");
  if (!disabled.empty() && disabled != "0") {
    return {"io_uring is turned off on this machine (kernel.io_uring_disabled=" + disabled + ")",
            "as root: sysctl -w kernel.io_uring_disabled=0"};
  }
  if (first_word_after("/proc/thread-self/status", "Seccomp:") == "2") {
    return {
        "io_uring is blocked by a seccomp filter (the default of Docker, Podman and Kubernetes)",
        "run with a seccomp profile that allows io_uring_setup, io_uring_enter and "
        "io_uring_register (docker: --security-opt seccomp=PROFILE.json)"};
  }
  return {"io_uring is not permitted here, and neither a sysctl nor seccomp is the reason",
          "ask for io_uring in the policy of the security module (SELinux, AppArmor) in use"};
}

}  // namespace

Refusal explain_refusal(int error, const char* call) {
  switch (error) {
    case EPERM:
    case EACCES: return explain_not_permitted();
    case ENOSYS:
      return {"this kernel (" + kernel_release() + ") has no io_uring, or a filter hides it",
              "use Linux 6.1 or newer with CONFIG_IO_URING, outside emulators such as gVisor"};
    case EINVAL:
      return {
          "this kernel (" + kernel_release() + ") has no io_uring DEFER_TASKRUN or buffer rings",
          "use Linux 6.1 or newer"};
    case ENOMEM:
      return {
          "the kernel could not allocate memory for the ring",
          "free memory or raise the locked-memory limit (ulimit -l; docker: --ulimit memlock=-1)"};
    case EMFILE:
    case ENFILE:
      return {"no file descriptor is left for the ring",
              "raise the limit on open files (ulimit -n)"};
    default:
      return {std::string(call) + " failed: " + std::strerror(error),
              "see " + std::string(call) + "(2) for this error"};
  }
}

Refusal explain_failure(int error) {
  constexpr const char* kCall = "io_uring_enter";
  return {std::string(kCall) + " failed: " + std::strerror(error),
          explain_refusal(error, kCall).cure};
}

}  // namespace mxsweep::ring
