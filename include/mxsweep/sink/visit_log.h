// SPDX-License-Identifier: MIT
// Writes a JSON line for each connection at its end, from which a test counts what a sweep did to
// each address, prefix and operator at each moment.
//
//   Shape     VisitLog is the file, shared by all threads of a server. VisitLines is one thread's
//             lines, written many at a time.
//   Line      {"peer":"127.0.0.1:40000","local":"127.3.0.1:2525","opened":1,"closed":2}, in the
//             order in which each thread closed its connections.
//   Units     nanoseconds of CLOCK_MONOTONIC, which every process of this machine shares. Both
//             moments are those of the turn in which the thread accepted and closed it.
//   Threads   several may write to one log. A VisitLines belongs to one thread.
//   Errors    failure() is the errno of the first failed write, after which nothing is written.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "mxsweep/core/time.h"
#include "mxsweep/sink/listen.h"

namespace mxsweep::sink {

struct Visit {
  Endpoint peer;
  Endpoint local;
  Instant opened{};
  Instant closed{};
};

class VisitLog {
 public:
  // The descriptor stays the caller's, and outlives the log.
  explicit VisitLog(int descriptor) : descriptor_(descriptor) {}
  VisitLog(const VisitLog&) = delete;
  VisitLog& operator=(const VisitLog&) = delete;

  void write(std::string_view lines);  // Whole lines.
  [[nodiscard]] int failure() const { return failure_; }

 private:
  int descriptor_;
  std::mutex mutex_;
  std::atomic<int> failure_ = 0;
};

class VisitLines {
 public:
  static constexpr std::size_t kWrittenAtOnce = 64 * 1024;

  explicit VisitLines(VisitLog& log) : log_(log) {}
  VisitLines(const VisitLines&) = delete;
  VisitLines& operator=(const VisitLines&) = delete;
  ~VisitLines() { log_.write(lines_); }

  void add(const Visit& visit);

 private:
  VisitLog& log_;
  std::string lines_;
};

}  // namespace mxsweep::sink
