// SPDX-License-Identifier: MIT
// One io_uring of one thread: operations in, completions out, provided buffers for received octets.
//
//   Source    io_uring_setup(2), io_uring_enter(2); kernel 6.1 or newer (DEFER_TASKRUN, 6.1;
//             provided-buffer rings, 5.19). Newer features only if the kernel reports them.
//   Shape     user_data = operation (8 bits) | generation (24) | slot index (32): a completion
//             finds its slot, and a late completion for a slot that was reused finds nothing. One
//             turn: queue operations, submit_and_wait(), process completions().
//   Lifetime  Octets of a completion are valid until give_back(). Octets being sent must stay valid
//             until the connection is closed, or until send_and_report() completes.
//   Threads   only the one that called open().
//   Errors    open() returns the reason. After that, a failed operation has a negative errno in its
//             completion. If the kernel fails the ring itself, failure() is set: operations can
//             still be queued, but nothing completes any more, and waits return at once.
#pragma once

#include <liburing.h>

#include <cstdint>
#include <memory>
#include <optional>
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
  // Size of the submission queue; when it is full, it is submitted early.
  std::uint32_t submissions = 4096;
  // Size of the completion queue; further completions wait on a list in the kernel.
  std::uint32_t completions = 32768;
  // Buffers for received octets, a power of two, at most 32768. A buffer is held from its
  // completion to the end of the turn, so this bounds the completions of a turn, not the
  // connections.
  std::uint32_t buffers = 1024;
  std::uint32_t buffer_octets = 2048;
  int wake_descriptor = -1;  // An eventfd that ends a wait; -1: none.
};

// At most this many completions are returned per turn, so that a flood cannot delay the deadlines.
inline constexpr std::uint32_t kCompletionsPerTurn = 512;

class Ring {
 public:
  Ring() = default;
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;
  ~Ring();

  [[nodiscard]] std::optional<Refusal> open(const RingOptions& options);
  [[nodiscard]] const std::vector<std::string>& features() const { return features_; }
  // The errno with which the ring failed; 0: it has not. See explain_failure().
  [[nodiscard]] int failure() const { return failure_; }

  // Operations. Each is queued; none blocks and none fails here.
  void connect(int descriptor, Handle handle, const SocketAddress& to);
  void receive(int descriptor, Handle handle);  // Into a provided buffer.
  // Success has no completion, because the reply shows it. A failure has one.
  void send(int descriptor, Handle handle, std::string_view octets);
  // Success has a completion too; after it `octets` are no longer needed.
  void send_and_report(int descriptor, Handle handle, std::string_view octets);
  void close(int descriptor);  // Success has no completion.
  // Success has no completion of its own; the cancelled operation has.
  void cancel(Operation operation, Handle handle);
  void accept(int listener, Handle handle);  // Multishot: one completion per connection.
  // One completion: which of `events` (POLLIN, POLLOUT) are ready, with POLLERR and POLLHUP.
  void poll(int descriptor, Handle handle, std::uint32_t events);

  // Submits the queue and waits for `least` completions or until `longest` has passed. If `longest`
  // is not positive, it only collects what has completed. Requires: least > 0.
  void submit_and_wait(std::uint32_t least, Duration longest);

  // At most kCompletionsPerTurn completions. They are copies, so operations may be queued while
  // they are processed. Received buffers must be given back before the next turn.
  [[nodiscard]] std::span<const Completion> completions();
  // Whether there are completions that were not returned yet.
  [[nodiscard]] bool more() const;

  [[nodiscard]] std::string_view octets(const Completion& completion) const;
  void give_back(const Completion& completion);

 private:
  [[nodiscard]] std::optional<Refusal> set_up(const RingOptions& options);
  [[nodiscard]] std::optional<Refusal> provide_buffers(const RingOptions& options);
  io_uring_sqe* next_sqe(Operation operation, Handle handle);
  void note_result(int result);
  io_uring_sqe* queue_send(int descriptor, Handle handle, std::string_view octets);
  void arm_wake();

  io_uring ring_{};
  bool open_ = false;
  int failure_ = 0;
  std::uint32_t shortages_ = 0;              // Consecutive ones.
  std::unique_ptr<io_uring_sqe> discarded_;  // Receives operations after the ring has failed.
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
