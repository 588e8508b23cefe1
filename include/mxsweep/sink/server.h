// SPDX-License-Identifier: MIT
// Runs a fleet: N threads, each with its own ring and descriptor table and a listener on the shared
// port, so that together they can have N times RLIMIT_NOFILE connections.
//
//   Shape     start(), then port(), then stop() once. The caller handles signals.
//   Lifetime  stop() closes all open connections. The destructor calls it too.
//   Errors    start() returns what went wrong; then nothing is running. After it, failure() returns
//             the error with which the kernel ended a thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "mxsweep/core/status.h"
#include "mxsweep/sink/fleet.h"
#include "mxsweep/sink/listen.h"
#include "mxsweep/sink/visit_log.h"
#include "mxsweep/sink/visits.h"

namespace mxsweep::sink {

inline constexpr unsigned kThreadsMax = 256;

struct ServerStats {
  std::uint64_t conversations = 0;
  std::uint64_t out_of_turn = 0;  // Octets that clients sent when it was the server's turn.
  std::uint32_t held_peak = 0;    // Connections open at once, to within a turn of each thread.
  std::uint64_t addresses = 0;    // Distinct addresses with at least one conversation.
  std::uint32_t address_conversations_max = 0;  // The most conversations of one address.
  std::vector<std::uint64_t> by_persona;        // Conversations, in the fleet's order.
};

class Server {
 public:
  // Requires: 1 <= threads <= kThreadsMax. `log`, if not null, is complete after stop().
  Server(Fleet fleet, const Listen& listen, unsigned threads, VisitLog* log = nullptr);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  Status start();
  [[nodiscard]] std::uint16_t port() const { return listen_.port; }
  [[nodiscard]] const Fleet& fleet() const { return fleet_; }
  [[nodiscard]] Fleet& fleet() { return fleet_; }  // To change it.
  // The error that ended one of the threads before stop(), if one has ended.
  [[nodiscard]] Status failure() const;
  ServerStats stop();

 private:
  struct Thread;
  Status start_thread();

  Fleet fleet_;
  Listen listen_;
  unsigned thread_count_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint32_t> held_{0};
  std::atomic<int> ring_failure_{0};  // errno
  Visits visits_;
  VisitLog* log_;
  std::vector<std::unique_ptr<Thread>> threads_;
};

}  // namespace mxsweep::sink
