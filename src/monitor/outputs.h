// SPDX-License-Identifier: MIT
// The files of --records and --events, with their writer thread.
//
//   Shape    open(), start(), then lines from the loop's thread. Files are appended to. If both
//            have the same path, they are one.
//   Loss     a line for which there is no room, because a reader has stalled, is lost and counted:
//            the monitor never waits for an output.
//   Errors   open() and start(). Afterwards failure().
#pragma once

#include <cstdint>
#include <string>

#include "mxsweep/core/status.h"
#include "mxsweep/files/output.h"
#include "mxsweep/names/domain.h"
#include "mxsweep/results/record.h"
#include "mxsweep/threads/thread.h"
#include "mxsweep/watch/effects.h"

namespace mxsweep::monitor {

class Outputs {
 public:
  Outputs() = default;
  ~Outputs() { finish(); }
  Outputs(const Outputs&) = delete;
  Outputs& operator=(const Outputs&) = delete;

  // Empty: not wanted.
  Status open(const std::string& records, const std::string& events);
  Status start();
  void finish();  // Writes everything out.

  void add(const results::Record& record, Instant now);
  void add(const names::Domain& domain, Instant now);
  void add(const watch::Event& event, Instant now);
  // Returns when to call it again.
  Instant flush(Instant now);
  void reopen();  // The files, in case that they were renamed.

  [[nodiscard]] Status failure() const;
  [[nodiscard]] std::uint64_t lost() const { return lost_; }  // Lines.

 private:
  static constexpr std::size_t kNone = files::kFilesMax;

  [[nodiscard]] bool has_room();

  files::Output output_;
  files::Outbox* box_ = nullptr;  // Null: nothing is wanted.
  std::size_t records_ = kNone;   // The numbers of the files.
  std::size_t events_ = kNone;
  std::uint64_t lost_ = 0;
  threads::Thread thread_;
  bool running_ = false;
};

}  // namespace mxsweep::monitor
