// SPDX-License-Identifier: MIT
// Keeps other processes from what a file stands for, by a lock on that file.
//
//   Lifetime  the kernel unlocks the file when the process ends, however it does; the file stays.
//   Errors    the sentence of the Status begins with the path.
#pragma once

#include <string>
#include <string_view>

#include "mxsweep/core/status.h"

namespace mxsweep::files {

class FileLock {
 public:
  FileLock() = default;
  ~FileLock() { release(); }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  // Makes the file if there is none. `taken`: what it means that another process has the lock.
  Status take(const std::string& path, std::string_view taken);
  void release();

 private:
  int descriptor_ = -1;
};

}  // namespace mxsweep::files
