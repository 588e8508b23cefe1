// SPDX-License-Identifier: MIT
// The file of the questions of the day (blocklists/budget.h), which no other run may use meanwhile.
//
//   Errors    open(): it cannot be read, or another run uses it. write(): it cannot be written.
#pragma once

#include <string>

#include "mxsweep/blocklists/budget.h"
#include "mxsweep/core/status.h"
#include "mxsweep/files/file_lock.h"

namespace mxsweep::dnsbl {

class Count {
 public:
  Status open(const std::string& path);
  // With what it had of other lists.
  [[nodiscard]] Status write(blocklists::DaySpent spent) const;

  [[nodiscard]] const std::string& path() const { return path_; }
  // What it had when it was opened, or what a run has left to another one since.
  [[nodiscard]] const blocklists::DaySpent& before() const { return before_; }
  void leave(blocklists::DaySpent spent);

 private:
  std::string path_;
  files::FileLock lock_;
  blocklists::DaySpent before_;
};

}  // namespace mxsweep::dnsbl
