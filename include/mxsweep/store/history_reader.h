// SPDX-License-Identifier: MIT
// Reads history.db while the keeper writes it: by a connection of its own, for a thread of its own.
//
//   Shape    each call opens the database anew, because the keeper replaces a damaged one. Rows are
//            read in pieces, each in a short transaction: a long one would keep the log from
//            shrinking.
//   Has      what is compacted: hours some minutes after their end, days likewise. The latest
//            results are known by memory only.
//   Threads  one; interrupt() from any.
//   Errors   io: the file is missing, damaged or locked, or the time was not enough; unusable: it
//            is of another version. What was passed on before is right.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mxsweep/core/outcome.h"
#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"
#include "mxsweep/watch/uptime.h"

namespace mxsweep::store {

inline constexpr std::size_t kDaysRead = 90;
inline constexpr std::size_t kDayRowsOfPiece = 4096;

struct SpanQuantiles {
  Duration p10{};
  Duration p50{};
  Duration p90{};
  std::uint32_t count = 0;  // 0: nothing is known.
};

// An hour or a day of one monitor.
struct HistorySpan {
  WallTime from{};
  Duration lasts{};
  std::array<std::uint64_t, kOutcomeCount> outcomes{};
  watch::Shares shares;
  SpanQuantiles total;
  SpanQuantiles connect;
  SpanQuantiles greeting;
  SpanQuantiles ehlo;
  SpanQuantiles tls;
};

class HistoryReader {
 public:
  explicit HistoryReader(std::string directory) : directory_(std::move(directory)) {}

  // The days of all monitors that ended at most kDaysRead days before `until`, and of its own day
  // the hours that ended before it: when this process began, so that nothing is counted twice. The
  // latest day first; in pieces of at most kDayRowsOfPiece.
  Status days(WallTime until, Duration longest,
              const std::function<void(std::span<const watch::MonitorDay>)>& take);

  enum class Resolution : std::uint8_t { hour, day };
  struct Spans {
    std::vector<HistorySpan> spans;  // Oldest first; those without results are absent.
    WallTime next{};                 // Go on from there; `to`: there are no more.
  };
  // Those that begin at or after `from` and before `to`.
  Result<Spans> spans(std::string_view key, WallTime from, WallTime to, Resolution resolution,
                      std::size_t most, Duration longest);

  // Ends the call that runs, and all later ones.
  void interrupt() { interrupted_.store(true, std::memory_order_relaxed); }

 private:
  std::string directory_;
  std::atomic<bool> interrupted_ = false;
};

}  // namespace mxsweep::store
