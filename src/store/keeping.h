// SPDX-License-Identifier: MIT
// What the keeper's thread does in a turn, without the thread and the clock.
//
//   Shape    take() what was submitted; turn(); again at next() at the latest.
//   Errors   troubles(): what does not work at present.
#pragma once

#include <string>
#include <vector>

#include "mxsweep/store/history_store.h"
#include "mxsweep/store/keeper.h"
#include "mxsweep/store/state_store.h"

namespace mxsweep::store {

// What one submit() brings, or several together.
struct Work {
  watch::StateBatch batch;
  std::vector<watch::Send> sends;
  std::vector<watch::HistoryRow> history;
  std::uint64_t submits = 0;
  std::uint64_t history_dropped = 0;
};

// Appends; of results for the history, only as many as may wait.
void append(Work& work, Work&& later);

class Keeping {
 public:
  explicit Keeping(Keeper::Courier courier) : courier_(std::move(courier)) {}

  Result<watch::Saved> open(const std::string& directory, std::uint64_t history_octets_max,
                            WallTime wall);
  Result<watch::Past> read_past(std::size_t incidents_most) {
    return state_.read_past(incidents_most);
  }
  void take(Work&& work) { append(taken_, std::move(work)); }
  void turn(Instant now, WallTime wall);
  [[nodiscard]] Instant next() const;

  [[nodiscard]] bool settled() const { return pending_.empty(); }
  [[nodiscard]] const Troubles& troubles() const { return troubles_; }
  [[nodiscard]] std::string damage() const;
  [[nodiscard]] std::uint64_t history_lost() const { return history_.lost() + history_dropped_; }
  [[nodiscard]] std::uint64_t history_octets() const { return history_.octets(); }
  [[nodiscard]] std::uint32_t number_of(std::string_view key) { return history_.number_of(key); }

 private:
  void commit(Instant now, WallTime wall);
  void add_history();
  void back_up(WallTime wall);
  void compact(Instant now, WallTime wall);

  Keeper::Courier courier_;
  StateStore state_;
  HistoryStore history_;
  std::string directory_;
  bool history_open_ = false;
  Work taken_;
  watch::StateBatch pending_;       // Not committed yet.
  std::size_t condensed_rows_ = 0;  // Of it, when it was last condensed.
  bool failing_ = false;
  std::uint64_t history_dropped_ = 0;
  std::string backup_trouble_;
  Troubles troubles_;
  Instant retry_at_{};
  Instant back_up_at_{};
  Instant compact_at_{};
};

}  // namespace mxsweep::store
