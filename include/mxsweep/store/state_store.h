// SPDX-License-Identifier: MIT
// state.db: what decides alerts, in SQLite with WAL and synchronous=FULL. A committed batch
// survives kill -9 and a power failure.
//
//   Shape    open() returns what was saved. commit() is one transaction. back_up() copies the
//            database beside it (VACUUM INTO state.db.bak).
//   Damage   a file that cannot be read, or fails quick_check, is renamed to NAME.corrupt-TIME and
//            the backup is used, or else a new one is begun; damage() says so.
//   Disk     64 MB are kept reserved by a file that is deleted when the disk is full.
//   Lifetime one thread at a time. Locked: a second monitor on the same directory is refused.
//   Errors   io, with the path and SQLite's words.
#pragma once

#include <memory>
#include <string>

#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"
#include "mxsweep/watch/rows.h"

namespace mxsweep::store {

class StateStore {
 public:
  StateStore();
  ~StateStore();
  StateStore(const StateStore&) = delete;
  StateStore& operator=(const StateStore&) = delete;

  // Requires: the directory exists.
  Result<watch::Saved> open(const std::string& directory, WallTime now);
  [[nodiscard]] const std::string& damage() const;  // What open() has set aside; empty: nothing.
  Status commit(const watch::StateBatch& batch);
  Status back_up();
  void close();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mxsweep::store
