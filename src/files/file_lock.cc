// SPDX-License-Identifier: MIT
#include "mxsweep/files/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace mxsweep::files {
namespace {

constexpr mode_t kLockMode = 0640;  // A group may use it, too.

}  // namespace

Status FileLock::take(const std::string& path, std::string_view taken) {
  release();
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kLockMode);
  if (descriptor_ < 0) return Status::io(path + ": " + std::strerror(errno));
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return {};
  const int error = errno;
  release();
  if (error != EWOULDBLOCK) return Status::io(path + ": " + std::strerror(error));
  return Status::unusable(path + ": " + std::string(taken));
}

void FileLock::release() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

}  // namespace mxsweep::files
