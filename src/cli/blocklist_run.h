// SPDX-License-Identifier: MIT
// --checks dnsbl:FILE: reads which blocklists are asked, and keeps for the next run how many
// questions each was asked today. No other run may do so meanwhile.
//
//   Secrets   nothing that is told of the lists has a key.
//   Errors    open(): all problems of the file, a line each; a count that cannot be read, or that
//             another run keeps. keep(): the count cannot be written.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mxsweep/checks/blocklists.h"
#include "mxsweep/core/status.h"
#include "mxsweep/files/file_lock.h"

namespace mxsweep::cli {

class BlocklistRun {
 public:
  Status open(const std::string& path);
  Status keep();  // At the end, and at the start, to see whether it can be.

  [[nodiscard]] const std::shared_ptr<checks::Blocklists>& lists() const { return lists_; }
  [[nodiscard]] const std::string& state() const { return state_; }
  // Of each list: "zen: <key>.zen.example.org for ip4; at most 50000 questions ...; 12 today".
  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }
  // At the end: a sentence for each list that is not usable, or whose budget is spent.
  [[nodiscard]] std::vector<std::string> notes() const;

 private:
  Status read_state();
  [[nodiscard]] Status write(blocklists::DaySpent spent) const;

  std::string state_;  // The path of the count.
  files::FileLock lock_;
  blocklists::DaySpent before_;
  std::vector<std::string> lines_;
  std::shared_ptr<checks::Blocklists> lists_;
};

}  // namespace mxsweep::cli
