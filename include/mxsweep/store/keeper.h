// SPDX-License-Identifier: MIT
// The thread that owns both databases: it commits what the monitor's loop submits, and only then
// passes the messages that came with it on to the courier.
//
//   Shape    open(), start(), submit() again and again, flush(), and the destructor stops it.
//   Order    as submitted. If a commit fails, the messages are passed on all the same: alerts go on
//            from memory. What was not committed is kept, the latest row of each key, and tried
//            again each second.
//   Also     a backup of state.db each hour, and compaction of history.db between commits.
//   Threads  the loop's: everything but the courier, which is called in the keeper's thread.
//            `changed` is notified when troubles() has changed.
//   Errors   of open() and start(): as returned. Afterwards: troubles().
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"
#include "mxsweep/threads/doorbell.h"
#include "mxsweep/watch/effects.h"
#include "mxsweep/watch/history_row.h"
#include "mxsweep/watch/rows.h"

namespace mxsweep::store {

// What does not work at present; empty: nothing.
struct Troubles {
  std::string state;
  std::string history;
  friend bool operator==(const Troubles&, const Troubles&) = default;
};

class Keeper {
 public:
  using Courier = std::function<void(watch::Send&&)>;

  // `changed` must outlive it.
  Keeper(Courier courier, threads::Doorbell& changed);
  ~Keeper();
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  // Requires: the directory exists. A history that cannot be opened is a trouble, not an error.
  Result<watch::Saved> open(const std::string& directory, std::uint64_t history_octets_max,
                            WallTime now);
  // The latest incidents: see StateStore::read_past(). Requires: open() has succeeded; before
  // start().
  Result<watch::Past> read_past(std::size_t incidents_most);
  // What open(), or later the use of history.db, has set aside; empty: nothing.
  [[nodiscard]] std::string damage() const;
  // For HistoryRow::monitor.
  [[nodiscard]] std::uint32_t number_of(std::string_view key);
  Status start();

  // Does not wait.
  void submit(watch::StateBatch&& batch, std::vector<watch::Send>&& sends,
              std::vector<watch::HistoryRow>&& history);
  // Waits until everything that was submitted is committed and passed on, `longest` at most.
  [[nodiscard]] bool flush(Duration longest);

  [[nodiscard]] Troubles troubles() const;
  [[nodiscard]] std::uint64_t history_octets() const;
  [[nodiscard]] std::uint64_t history_lost() const;  // Rows.

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mxsweep::store
