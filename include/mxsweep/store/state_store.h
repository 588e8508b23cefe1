// SPDX-License-Identifier: MIT
// state.db: what decides alerts, in SQLite with WAL and synchronous=FULL. A committed batch
// survives kill -9 and a power failure.
//
//   Shape    open() returns what was saved. commit() is one transaction; what a batch removes is
//            removed first. back_up() copies the database beside it (VACUUM INTO state.db.bak).
//            docs/watch-storage.md has the tables.
//   Damage   a file that cannot be read, or fails quick_check, is renamed to NAME.corrupt-TIME and
//            the backup is used, or else a new one is begun; damage() says so. One of a later
//            version is left alone, and open() fails.
//   Disk     64 MB are kept reserved by a file that is deleted when the disk is full, and made
//            again when there is room for twice as much.
//   Lifetime one thread at a time. Locked: a second monitor on the same directory is refused.
//   Errors   io, with the path and SQLite's words; unusable: the directory is in use, or of a later
//            version. After a failed commit() nothing of it is there.
#pragma once

#include <cstddef>
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
  // The latest incidents, open and closed ones, and what belongs to them. For those who look back.
  // Requires: open() has succeeded.
  Result<watch::Past> read_past(std::size_t incidents_most);
  Status commit(const watch::StateBatch& batch, WallTime now);
  // False: the disk is full, or was so when the store was opened.
  [[nodiscard]] bool reserve_held() const;
  // Removes what ended long ago: see docs/watch-storage.md.
  Status tidy(WallTime now);
  Status back_up();
  void close();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mxsweep::store
