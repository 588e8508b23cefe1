// SPDX-License-Identifier: MIT
#include "store/keeping.h"

#include <algorithm>
#include <iterator>

#include "store/merge.h"

namespace mxsweep::store {
namespace {

constexpr std::chrono::seconds kRetry{1};
constexpr std::chrono::hours kBackUp{1};
constexpr std::chrono::minutes kCompact{1};
// Between two pieces, so that compaction never takes more than a part of a core.
constexpr std::chrono::milliseconds kPieceEvery{100};
constexpr std::size_t kHistoryRowsMax = 200'000;  // That wait: two minutes of 100,000 monitors.
constexpr std::size_t kCondenseRows = 20'000;

}  // namespace

void append(Work& work, Work&& later) {
  append(work.batch, std::move(later.batch));
  move_behind(work.sends, std::move(later.sends));
  move_behind(work.history, std::move(later.history));
  work.submits += later.submits;
  work.history_dropped += later.history_dropped;
  if (work.history.size() > kHistoryRowsMax) {
    const std::size_t beyond = work.history.size() - kHistoryRowsMax;
    work.history_dropped += beyond;
    work.history.erase(work.history.begin(),
                       work.history.begin() + static_cast<std::ptrdiff_t>(beyond));
  }
}

Result<watch::Saved> Keeping::open(const std::string& directory, std::uint64_t history_octets_max,
                                   WallTime wall) {
  directory_ = directory;
  auto saved = state_.open(directory, wall);
  if (!saved.ok()) return saved;
  const Status opened = history_.open(directory, history_octets_max, wall);
  history_open_ = opened.ok();
  // Numbers of monitors are given all the same: later they would not be those of the file.
  if (!history_open_) troubles_.history = opened.sentence() + "; no history until the next start";
  return saved;
}

void Keeping::turn(Instant now, WallTime wall) {
  if (back_up_at_ == Instant{}) back_up_at_ = now + kBackUp;
  commit(now, wall);
  add_history();
  if (now >= back_up_at_) {
    back_up_at_ = now + kBackUp;
    back_up(wall);
  }
  if (now >= compact_at_) compact(now, wall);
}

// The messages go out after the commit of their batch, or in spite of its failure.
void Keeping::commit(Instant now, WallTime wall) {
  append(pending_, std::move(taken_.batch));
  taken_.batch = {};
  if (!pending_.empty() && (!failing_ || now >= retry_at_)) {
    const Status committed = state_.commit(pending_, wall);
    failing_ = !committed.ok();
    troubles_.state = committed.sentence();
    if (failing_) {
      retry_at_ = now + kRetry;
    } else {
      pending_ = {};
      condensed_rows_ = 0;
    }
  }
  if (failing_ && row_count(pending_) > 2 * condensed_rows_ + kCondenseRows) {
    condense(pending_);
    condensed_rows_ = row_count(pending_);
  }
  if (!failing_) {
    troubles_.state = !state_.reserve_held()
                          ? directory_ + "/state.db: the disk is full; its reserve is in use"
                          : backup_trouble_;
  }
  for (watch::Send& send : taken_.sends) courier_(std::move(send));
  taken_.sends.clear();
}

void Keeping::add_history() {
  history_dropped_ += taken_.history_dropped;
  taken_.history_dropped = 0;
  if (taken_.history.empty()) return;
  const Status added = history_.add(taken_.history);
  if (history_open_) troubles_.history = added.sentence();
  taken_.history.clear();
}

void Keeping::back_up(WallTime wall) {
  Status done = state_.tidy(wall);
  if (done.ok()) done = state_.back_up();
  backup_trouble_ = done.ok() ? "" : "no backup of the state: " + done.sentence();
}

void Keeping::compact(Instant now, WallTime wall) {
  compact_at_ = now + kCompact;
  if (!history_open_) return;
  bool more = false;
  const Status done = history_.compact(wall, more);
  if (!done.ok()) troubles_.history = done.sentence();
  if (more) compact_at_ = now + kPieceEvery;
}

Instant Keeping::next() const {
  Instant next = std::min(back_up_at_, compact_at_);
  if (failing_) next = std::min(next, retry_at_);
  return next;
}

std::string Keeping::damage() const {
  const bool both = !state_.damage().empty() && !history_.damage().empty();
  return state_.damage() + (both ? "; " : "") + history_.damage();
}

}  // namespace mxsweep::store
