// SPDX-License-Identifier: MIT
// Where finished lines go: each producer fills chunks of whole lines, one writer thread writes
// them.
//
//   Shape    Outbox: one producer's side. Output: the file and its writer thread.
//   Memory   an outbox holds kChunksQueued chunks of about kChunkOctets, which go round: what was
//            written is filled again by the thread that made it. When they are all waiting to be
//            written it is backpressured(): its producer starts nothing new, and what is
//            still open makes its last chunk grow, by at most one record each.
//   Errors   A failed write is told once, through failure(); after it everything is taken and
//            discarded, so that nobody waits for an output that is gone. What was counted as
//            written was written, and no half line is left behind: a file is cut, and a line that
//            was begun in a pipe whose reader has stalled is finished there when the sweep must
//            leave at once. Where that cannot be (a socket, a terminal, a pipe as large as pipes
//            may be), failure() says that the last line is torn.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "mxsweep/core/time.h"
#include "mxsweep/files/output_file.h"
#include "mxsweep/results/domain_line.h"
#include "mxsweep/results/record.h"
#include "mxsweep/threads/doorbell.h"
#include "mxsweep/threads/spsc_queue.h"

namespace mxsweep::scan {

inline constexpr std::size_t kChunkOctets = 64 * 1024;
inline constexpr std::size_t kChunksQueued = 16;
inline constexpr std::size_t kChunksKept = 2;  // Of those that were written; the rest are freed.
inline constexpr Duration kLineAgeMax = std::chrono::milliseconds{100};
inline constexpr Duration kBackpressureRetry = std::chrono::milliseconds{10};  // Between two tries.

// Whole lines, one for each record.
struct Chunk {
  std::string lines;
  std::uint64_t records = 0;
};

class Outbox {
 public:
  explicit Outbox(threads::Doorbell& writer)
      : writer_(writer), filled_(kChunksQueued), written_(kChunksKept) {}

  // The producer's side.
  void add(const results::Record& record, Instant now);
  void add(const tls::Certificate& certificate, Instant now);
  void add(const results::DomainLine& domain, Instant now);
  void flush(Instant now);  // Hands over what there is, if there is room for it.
  [[nodiscard]] bool backpressured() const { return chunk_.lines.size() >= kChunkOctets; }
  [[nodiscard]] bool drained() const { return chunk_.records == 0; }
  // When to try flush(), again where there was no room; kNever: nothing waits.
  [[nodiscard]] Instant flush_at() const { return flush_at_; }

  // The writer's side.
  bool take(Chunk& chunk) { return filled_.pop(chunk); }
  void give_back(Chunk& chunk);
  [[nodiscard]] bool has_lines() const { return !filled_.empty(); }

 private:
  void begin_line(Instant now);
  void end_line(Instant now);

  threads::Doorbell& writer_;
  threads::SpscQueue<Chunk> filled_;
  threads::SpscQueue<Chunk> written_;
  Chunk chunk_;
  Instant flush_at_ = kNever;
};

class Output {
 public:
  // `path`: "-" is standard output. Check failure() before anything else.
  explicit Output(const std::string& path);

  void begin();  // What the file held before is gone. Before the first line, and before run().

  // Before run(); rung when the output has failed or has ended.
  void tell(threads::Doorbell& bell) { watcher_ = &bell; }
  [[nodiscard]] Outbox& add_outbox();
  [[nodiscard]] threads::Doorbell& doorbell() { return bell_; }

  void run();                      // The writer thread's body: until finish() and all is written.
  void finish();                   // No producer adds anything any more.
  void stop_waiting_for_reader();  // Wait no longer for a reader that has stalled.

  [[nodiscard]] bool failed() const { return failed_.load(std::memory_order_acquire); }
  [[nodiscard]] bool ended() const { return ended_.load(std::memory_order_acquire); }
  // These are the writer's: read them before run() or after its thread was joined.
  [[nodiscard]] const std::string& failure() const { return failure_; }
  [[nodiscard]] std::uint64_t records() const { return records_; }
  // Taken and thrown away, because it has failed.
  [[nodiscard]] std::uint64_t records_lost() const { return records_lost_; }
  [[nodiscard]] std::uint64_t octets() const { return octets_; }

 private:
  void write_chunk(const Chunk& chunk);
  std::size_t write_lines(std::string_view lines);
  [[nodiscard]] bool wait_writable();
  [[nodiscard]] bool make_room(std::size_t octets);
  void leave_whole_lines(std::string_view lines, std::size_t written);
  void fail(const std::string& why);        // `why` is the whole sentence.
  void fail_with(const std::string& what);  // Behind the output's name.

  files::OutputFile file_;
  threads::Doorbell bell_;
  threads::Doorbell* watcher_ = nullptr;
  std::vector<std::unique_ptr<Outbox>> outboxes_;
  std::atomic<bool> finishing_ = false;
  std::atomic<bool> hurrying_ = false;
  std::atomic<bool> failed_ = false;
  std::atomic<bool> ended_ = false;
  std::string failure_;
  int hurried_wait_ms_ = 0;
  std::uint64_t records_ = 0;
  std::uint64_t records_lost_ = 0;
  std::uint64_t octets_ = 0;
};

}  // namespace mxsweep::scan
