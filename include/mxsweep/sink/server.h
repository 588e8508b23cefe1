// SPDX-License-Identifier: MIT
// A fleet that listens: N threads, each with a ring, a listener on the shared port and a descriptor
// table of its own, so that together they can hold N times RLIMIT_NOFILE connections.
//
//   Shape     start(), then port(), then stop() once. SIGINT and the like are the caller's.
//   Lifetime  stop() closes what is still open. The destructor stops too.
//   Errors    start() returns what went wrong; then nothing runs. failure() reports afterwards a
//             machine that refuses to go on.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "mxsweep/core/status.h"
#include "mxsweep/sink/fleet.h"
#include "mxsweep/sink/listen.h"
#include "mxsweep/sink/visits.h"

namespace mxsweep::sink {

inline constexpr unsigned kThreadsMax = 256;

struct ServerStats {
  std::uint64_t conversations = 0;
  std::uint64_t out_of_turn = 0;  // Octets that clients sent when it was not their turn.
  std::uint32_t held_peak = 0;    // Connections open at once, to within a turn of each thread.
  std::uint64_t addresses = 0;    // Different ones that had a conversation.
  std::uint32_t address_conversations_max = 0;  // The most that one of them had.
  std::vector<std::uint64_t> by_persona;        // Conversations, in the fleet's order.
};

class Server {
 public:
  // Requires: 1 <= threads <= kThreadsMax.
  Server(Fleet fleet, const Listen& listen, unsigned threads);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  Status start();
  [[nodiscard]] std::uint16_t port() const { return listen_.port; }
  [[nodiscard]] const Fleet& fleet() const { return fleet_; }
  // What has ended one of its threads before stop(), if anything has.
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
  std::vector<std::unique_ptr<Thread>> threads_;
};

}  // namespace mxsweep::sink
