// SPDX-License-Identifier: MIT
// The checkpoint of a running sweep: the writer thread's journal, saved as a file.
//
//   Shape     open() checks the lists and what an earlier run has left; then the journal of an
//             Output (files/journal.h).
//   Lifetime  before() is what was done before this run, and does not change.
//   Errors    open(), unusable: a list is not a file or has changed, or there is a checkpoint of
//             another sweep. save(), io: the file cannot be written.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mxsweep/checkpoint/checkpoint.h"
#include "mxsweep/core/time.h"
#include "mxsweep/files/journal.h"
#include "mxsweep/files/output.h"
#include "mxsweep/scan/scan.h"

namespace mxsweep::scan {

class Journal : public files::Journal {
 public:
  explicit Journal(const Options& options) : options_(options) {}

  Status open();
  // The outputs that it is the journal of. Requires: they are open.
  void set_outputs(const files::Output& outputs);

  [[nodiscard]] const checkpoint::Checkpoint* before() const {
    return options_.checkpoint.resumed.get();
  }

  void on_written(std::vector<files::Completion>& completions, files::Lines& summaries) override;
  Status save(const std::vector<files::Position>& positions, bool finished) override;

 private:
  Status identify_lists();
  Status compare_lists(const checkpoint::Checkpoint& before) const;
  Status check_place() const;

  const Options& options_;
  std::string path_;
  checkpoint::Checkpoint state_;
  double seconds_before_ = 0;
  Instant begun_{};
};

}  // namespace mxsweep::scan
