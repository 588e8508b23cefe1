// SPDX-License-Identifier: MIT
// Writes lines of several threads to one output: each producer fills chunks with whole lines, and
// one writer thread writes them.
//
//   Shape    Outbox: the queue between one producer and the writer. Output: the file, its outboxes
//            and the body of the writer thread.
//   Memory   an outbox has kChunksQueued chunks of about kChunkOctets. A chunk that was written
//            returns to its producer and is filled again. When all chunks wait to be written the
//            outbox is backpressured(): its producer must start nothing new, and each conversation
//            still in progress adds at most one record to the last chunk.
//   Lifetime the outboxes belong to the Output and must not be used after it.
//   Errors   failure() is the first failed write. After it all lines are taken and discarded, so
//            that no producer waits for an output that has failed. Every record that was counted
//            was written whole, and no partial line remains: a regular file is truncated, and a
//            line begun in a pipe whose reader has stalled is completed when the sweep must stop at
//            once. If that is impossible (a socket, a terminal, a pipe of the greatest size),
//            failure() reports that the last line is torn.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"
#include "mxsweep/files/output_file.h"
#include "mxsweep/threads/doorbell.h"
#include "mxsweep/threads/spsc_queue.h"

namespace mxsweep::files {

inline constexpr std::size_t kChunkOctets = 64 * 1024;
inline constexpr std::size_t kChunksQueued = 16;
inline constexpr std::size_t kChunksKept = 2;  // Written chunks kept for reuse; others are freed.
inline constexpr Duration kLineAgeMax = std::chrono::milliseconds{100};
inline constexpr Duration kBackpressureRetry = std::chrono::milliseconds{10};  // Between two tries.

// Whole lines, each a record.
struct Chunk {
  std::string lines;
  std::uint64_t records = 0;
};

class Outbox {
 public:
  explicit Outbox(threads::Doorbell& writer)
      : writer_(writer), filled_(kChunksQueued), written_(kChunksKept) {}

  // The producer's side.
  // Returns the string to append a whole line to, with its line end; end_line() must follow.
  [[nodiscard]] std::string& begin_line(Instant now);
  void end_line(Instant now);
  void flush(Instant now);  // Passes the chunk to the writer, if there is room in the queue.
  [[nodiscard]] bool backpressured() const { return chunk_.lines.size() >= kChunkOctets; }
  [[nodiscard]] bool drained() const { return chunk_.records == 0; }
  // When to call flush(), for the first time or again; kNever: there are no lines to flush.
  [[nodiscard]] Instant flush_at() const { return flush_at_; }

  // The writer's side.
  bool take(Chunk& chunk) { return filled_.pop(chunk); }
  void give_back(Chunk& chunk);
  [[nodiscard]] bool has_lines() const { return !filled_.empty(); }

 private:
  threads::Doorbell& writer_;
  threads::SpscQueue<Chunk> filled_;
  threads::SpscQueue<Chunk> written_;
  Chunk chunk_;
  Instant flush_at_ = kNever;
};

class Output {
 public:
  Output() = default;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  // `path`: "-" is standard output. Must be called first.
  Status open(const std::string& path);
  Status begin();  // Truncates the file. Must be called before the first line and before run().

  // Sets the doorbell to notify when the output has failed or has ended. Requires: before run().
  void notify_at_end(threads::Doorbell& bell) { watcher_ = &bell; }
  [[nodiscard]] Outbox& add_outbox();
  [[nodiscard]] threads::Doorbell& doorbell() { return bell_; }

  void run();                      // The writer thread: until finish() and all lines are written.
  void finish();                   // Lets run() end. Requires: no line is added afterwards.
  void stop_waiting_for_reader();  // Gives up a reader that has stalled.

  [[nodiscard]] bool failed() const { return failed_.load(std::memory_order_acquire); }
  [[nodiscard]] bool ended() const { return ended_.load(std::memory_order_acquire); }
  // Written by the writer thread: read them before run() or after that thread was joined.
  [[nodiscard]] const Status& failure() const { return failure_; }
  [[nodiscard]] std::uint64_t records() const { return records_; }
  // Records that were discarded because the output had failed.
  [[nodiscard]] std::uint64_t records_lost() const { return records_lost_; }
  [[nodiscard]] std::uint64_t octets() const { return octets_; }

 private:
  void write_chunk(const Chunk& chunk);
  std::size_t write_lines(std::string_view lines);
  [[nodiscard]] bool wait_writable();
  [[nodiscard]] bool make_room(std::size_t octets);
  void leave_whole_lines(std::string_view lines, std::size_t written);
  void fail(const std::string& why);  // Without the output's name.

  files::OutputFile file_;
  threads::Doorbell bell_;
  threads::Doorbell* watcher_ = nullptr;
  std::vector<std::unique_ptr<Outbox>> outboxes_;
  std::atomic<bool> finishing_ = false;
  std::atomic<bool> give_up_reader_ = false;
  std::atomic<bool> failed_ = false;
  std::atomic<bool> ended_ = false;
  Status failure_;
  int stall_wait_ms_ = 0;
  std::uint64_t records_ = 0;
  std::uint64_t records_lost_ = 0;
  std::uint64_t octets_ = 0;
};

}  // namespace mxsweep::files
