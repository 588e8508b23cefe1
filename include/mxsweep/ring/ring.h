// SPDX-License-Identifier: MIT
// One io_uring of one thread: operations in, completions out, octets lent and given back.
//
//   Source    io_uring_setup(2), io_uring_enter(2); kernel 6.1 or newer (DEFER_TASKRUN, 6.1;
//             provided-buffer rings, 5.19). Newer features only where the kernel says it has them.
//   Shape     user_data = operation (8 bits) | generation (24) | slot index (32): a completion
//             finds its slot, and late news about a slot's former tenant finds nothing. One turn:
//             queue operations, submit_and_wait(), work through completions().
//   Lifetime  All calls from the thread that opened it. Octets of a completion are good until
//             give_back(). What is sent must stay until the connection is closed.
//   Errors    open() explains why it cannot; afterwards an operation's result is a negative errno
//             in its completion. If the kernel refuses the ring itself, failure() says so:
//             operations can still be queued, but nothing completes any more, and a wait returns at
//             once.
#pragma once

#include <liburing.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/slot_table.h"
#include "mxsweep/core/time.h"
#include "mxsweep/ring/refusal.h"
#include "mxsweep/ring/socket.h"

namespace mxsweep::ring {

enum class Operation : std::uint8_t { connect, receive, send, close, cancel, accept, wake, poll };

struct Completion {
  Operation operation;
  Handle handle;
  std::int32_t result;  // Octets, a descriptor, 0, or a negative errno.
  std::uint32_t flags;
};

struct RingOptions {
  // Operations that can wait for one submission; more are submitted on the way.
  std::uint32_t submissions = 4096;
  // Completions that the kernel can post before it has to keep them on a list of its own.
  std::uint32_t completions = 32768;
  // Buffers for received octets, a power of two, at most 32768. A buffer is held from its
  // completion to the end of the turn, so this bounds the completions of a turn, not the
  // connections.
  std::uint32_t buffers = 1024;
  std::uint32_t buffer_octets = 2048;
  int wake_descriptor = -1;  // An eventfd that ends a wait; -1: none.
};

// Completions handed out in one turn at most, so that a flood cannot starve the deadlines.
inline constexpr std::uint32_t kCompletionsPerTurn = 512;

class Ring {
 public:
  Ring() = default;
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;
  ~Ring();

  Status open(const RingOptions& options);
  [[nodiscard]] const std::vector<std::string>& features() const { return features_; }
  // The errno that ended the ring; 0: none has. See explain_failure().
  [[nodiscard]] int failure() const { return failure_; }

  // Operations. Each is queued; none blocks and none fails here.
  void connect(int descriptor, Handle handle, const SocketAddress& to);
  void receive(int descriptor, Handle handle);  // Into a lent buffer.
  // Its success is silent: the reply is the news. A failure comes as a completion.
  void send(int descriptor, Handle handle, std::string_view octets);
  // The same, but success comes as a completion too: `octets` are free then.
  void send_and_tell(int descriptor, Handle handle, std::string_view octets);
  void close(int descriptor);                       // Silent.
  void cancel(Operation operation, Handle handle);  // Silent; the operation's own completion tells.
  void accept(int listener, Handle handle);         // Multishot: one completion a connection.
  // One completion: which of `events` (POLLIN, POLLOUT) came true, with POLLERR and POLLHUP.
  void poll(int descriptor, Handle handle, std::uint32_t events);

  // Submits what is queued and waits until `least` completions are there or `longest` has passed;
  // without time to wait it takes what there is. Requires: least > 0.
  void submit_and_wait(std::uint32_t least, Duration longest);

  // What has completed, kCompletionsPerTurn at most; copied out, so that working on one may queue
  // operations. Every received buffer among them must be given back before the next turn.
  [[nodiscard]] std::span<const Completion> completions();
  // Whether the kernel holds completions that are not handed out yet.
  [[nodiscard]] bool more() const;

  [[nodiscard]] std::string_view octets(const Completion& completion) const;
  void give_back(const Completion& completion);

 private:
  Status set_up(const RingOptions& options);
  Status lend_buffers(const RingOptions& options);
  io_uring_sqe* next_sqe(Operation operation, Handle handle);
  void note_result(int result);
  io_uring_sqe* queue_send(int descriptor, Handle handle, std::string_view octets);
  void arm_wake();

  io_uring ring_{};
  bool open_ = false;
  int failure_ = 0;
  std::uint32_t shortages_ = 0;            // In a row.
  std::unique_ptr<io_uring_sqe> nowhere_;  // Takes what is queued when no more can be submitted.
  std::vector<std::string> features_;

  std::unique_ptr<sockaddr_in6[]> destinations_;  // By SQE: the kernel copies them at submission.
  std::vector<Completion> turn_;

  io_uring_buf_ring* buffer_ring_ = nullptr;
  char* buffers_ = nullptr;
  std::size_t buffer_ring_octets_ = 0;
  std::uint32_t buffer_count_ = 0;
  std::uint32_t buffer_octets_ = 0;

  int wake_descriptor_ = -1;
  std::uint64_t wake_value_ = 0;
};

}  // namespace mxsweep::ring
