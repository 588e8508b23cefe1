// SPDX-License-Identifier: MIT
// Writes lines of several threads to the output files: each producer fills chunks with whole lines,
// and one writer thread writes them.
//
//   Shape    Outbox: the queue between one producer and the writer. Output: the files, the outboxes
//            and the body of the writer thread. A chunk has lines for each of the files, which are
//            numbered in the order in which they were added; those of the last file are written
//            first, so that lines of file 0 may refer to lines of the others.
//   Journal  if there is one, a chunk is written to all files or, when one fails, to none. Now and
//            then, and before and after a file is renamed or opened again, all files are brought to
//            disk and then the journal is saved.
//   Memory   an outbox has kChunksQueued chunks of about kChunkOctets. A chunk that was written
//            returns to its producer and is filled again. When all chunks wait to be written the
//            outbox is backpressured(): its producer must start nothing new, and each conversation
//            still in progress adds at most one record to the last chunk.
//   Lifetime the outboxes belong to the Output and must not be used after it.
//   Errors   failure() is the first failed write of a file. After it all lines of that file are
//            taken and discarded, so that no producer waits for an output that has failed. Every
//            record that was counted was written whole, and no partial line or frame remains: a
//            regular file is truncated, and what was begun in a pipe whose reader has stalled is
//            completed when the sweep must stop at once. If that is impossible (a socket, a
//            terminal, a pipe of the greatest size), failure() reports that the last line is torn.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"
#include "mxsweep/files/line_file.h"
#include "mxsweep/threads/doorbell.h"
#include "mxsweep/threads/spsc_queue.h"

namespace mxsweep::files {

inline constexpr std::size_t kFilesMax = 3;
inline constexpr std::size_t kChunkOctets = 64 * 1024;
inline constexpr std::size_t kChunksQueued = 16;
inline constexpr std::size_t kChunksKept = 2;  // Written chunks kept for reuse; others are freed.
inline constexpr Duration kLineAgeMax = std::chrono::milliseconds{100};
// Of compressed files: each chunk is compressed by itself, and small ones compress badly.
inline constexpr Duration kFrameAgeMax = std::chrono::seconds{1};
inline constexpr Duration kSaveEveryDefault = std::chrono::seconds{2};
inline constexpr Duration kSaveEveryMost = std::chrono::minutes{1};
inline constexpr Duration kBackpressureRetry = std::chrono::milliseconds{10};  // Between two tries.

struct Chunk {
  std::array<Lines, kFilesMax> files;
  std::vector<Completion> completions;  // For the journal.

  [[nodiscard]] bool empty() const;
  [[nodiscard]] std::size_t octets() const;  // Of its memory.
};

class Outbox {
 public:
  Outbox(threads::Doorbell& writer, Duration line_age_max)
      : writer_(writer),
        line_age_max_(line_age_max),
        filled_(kChunksQueued),
        written_(kChunksKept) {}

  // The producer's side.
  // Returns the string to append a whole line to, with its line end; end_line() must follow.
  [[nodiscard]] std::string& begin_line(Instant now, std::size_t file = 0);
  // The end of a line of file 0 may pass the chunk to the writer; so lines of the other files and
  // completions that were added since the one before it are in the same chunk.
  void end_line(Instant now, std::size_t file = 0);
  void add_completion(Completion&& completion, Instant now);
  void flush(Instant now);  // Passes the chunk to the writer, if there is room in the queue.
  [[nodiscard]] bool backpressured() const { return chunk_.octets() >= kChunkOctets; }
  [[nodiscard]] bool drained() const { return chunk_.empty(); }
  // When to call flush(), for the first time or again; kNever: there are no lines to flush.
  [[nodiscard]] Instant flush_at() const { return flush_at_; }

  // The writer's side.
  bool take(Chunk& chunk) { return filled_.pop(chunk); }
  void give_back(Chunk& chunk);
  [[nodiscard]] bool has_lines() const { return !filled_.empty(); }

 private:
  void begin_chunk(Instant now);

  threads::Doorbell& writer_;
  Duration line_age_max_;
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

  // `path`: "-" is standard output. Must be called first, at most kFilesMax times.
  Status open(const std::string& path, const FileStyle& style = {});
  // Instead, for a file that an earlier process has written.
  Status open_again(const std::string& path, const FileStyle& style, const Position& position);
  // `every`: the time between two saves; more if one takes long, so that they take at most a
  // twentieth of the writer's time. `summaries`: the number of the file that gets the journal's
  // summaries. Requires: after the last open(); before begin(). Errors: a file is not a regular
  // one, or in use.
  Status keep(Journal& journal, Duration every, std::size_t summaries);
  // Truncates the files, and saves the journal. Must be called before the first line and before
  // run().
  Status begin();

  // Sets the doorbell to notify when a file has failed or all have ended. Requires: before run().
  void notify_at_end(threads::Doorbell& bell) { watcher_ = &bell; }
  [[nodiscard]] Outbox& add_outbox();  // Requires: after the last open().
  [[nodiscard]] threads::Doorbell& doorbell() { return bell_; }

  void run();  // The writer thread: until finish() and all lines are written.
  // Lets run() end. Requires: no line is added afterwards. `finished`: for the journal.
  void finish(bool finished = false);
  void reopen();                   // Opens all regular files again, by their paths.
  void stop_waiting_for_reader();  // Gives up a reader that has stalled.

  [[nodiscard]] bool failed() const;
  [[nodiscard]] bool ended() const { return ended_.load(std::memory_order_acquire); }
  // Written by the writer thread: read it before run() or after that thread was joined.
  [[nodiscard]] const LineFile& file(std::size_t number) const { return files_[number]; }
  [[nodiscard]] std::size_t size() const { return files_.size(); }
  [[nodiscard]] Status failure() const;  // Of the first file that has failed, if any.

 private:
  void write_chunk(Chunk& chunk);
  void write_all_or_nothing(Chunk& chunk);
  void rotate(LineFile& file);
  void save(bool finished, const LineFile* rotating = nullptr);
  void save_due();
  void do_requests();
  void rotate_due();
  void close();
  [[nodiscard]] Instant next_moment() const;
  void wait();

  std::deque<LineFile> files_;
  threads::Doorbell bell_;
  threads::Doorbell* watcher_ = nullptr;
  std::vector<std::unique_ptr<Outbox>> outboxes_;
  Journal* journal_ = nullptr;
  bool may_save_ = true;  // False: the journal has more than the files.
  Duration save_every_ = kSaveEveryDefault;
  std::size_t summaries_file_ = 0;
  Lines summaries_;
  bool unsaved_ = false;  // Something was written since the journal was saved.
  Instant save_at_{};
  bool finished_ = false;  // Set before finishing_.
  std::atomic<bool> finishing_ = false;
  std::atomic<bool> reopening_ = false;
  std::atomic<bool> ended_ = false;
};

}  // namespace mxsweep::files
