// SPDX-License-Identifier: MIT
#include "mxsweep/files/output.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "mxsweep/core/invariant.h"
#include "mxsweep/ring/clock.h"

namespace mxsweep::files {
namespace {

constexpr std::size_t kChunkOctetsReserved = kChunkOctets + kChunkOctets / 4;
constexpr std::size_t kChunkOctetsKept = 2 * kChunkOctets;

}  // namespace

bool Chunk::empty() const {
  return std::all_of(files.begin(), files.end(),
                     [](const Lines& lines) { return lines.records == 0; });
}

std::size_t Chunk::octets() const {
  std::size_t sum = 0;
  for (const Lines& lines : files) sum += lines.text.size();
  return sum;
}

std::string& Outbox::begin_line(Instant now, std::size_t file) {
  if (chunk_.empty()) {
    static_cast<void>(written_.pop(chunk_));
    chunk_.files.front().text.reserve(kChunkOctetsReserved);
    flush_at_ = now + line_age_max_;
  }
  return chunk_.files[file].text;
}

void Outbox::end_line(Instant now, std::size_t file) {
  ++chunk_.files[file].records;
  if (backpressured()) flush(now);
}

void Outbox::flush(Instant now) {
  if (chunk_.empty()) return;
  if (!filled_.push(chunk_)) {
    flush_at_ = now + kBackpressureRetry;
    return;
  }
  chunk_ = {};
  flush_at_ = kNever;
  writer_.notify_if_waiting();
}

// Chunks are reused by their producer, because memory that one thread allocates and another frees
// is expensive for both.
void Outbox::give_back(Chunk& chunk) {
  std::size_t kept = 0;
  for (Lines& lines : chunk.files) {
    kept += lines.text.capacity();
    lines.text.clear();
    lines.records = 0;
  }
  if (kept > kChunkOctetsKept) {  // One record was large.
    chunk = {};
    return;
  }
  static_cast<void>(written_.push(chunk));
}

Status Output::open(const std::string& path, const FileStyle& style) {
  INVARIANT(files_.size() < kFilesMax);
  LineFile& file = files_.emplace_back();
  if (Status opened = file.open(path, style); !opened.ok()) return opened;
  if (!bell_.good()) return Status::unusable(file.name() + ": " + std::strerror(bell_.error()));
  return {};
}

Status Output::begin() {
  for (LineFile& file : files_) {
    if (Status begun = file.begin(); !begun.ok()) return begun;
  }
  return {};
}

Outbox& Output::add_outbox() {
  const bool compressed = std::any_of(files_.begin(), files_.end(),
                                      [](const LineFile& file) { return file.compressed(); });
  return *outboxes_.emplace_back(
      std::make_unique<Outbox>(bell_, compressed ? kFrameAgeMax : kLineAgeMax));
}

void Output::run() {
  Chunk chunk;
  while (true) {
    // Loaded before the outboxes are checked: the check then sees all lines from before finish().
    const bool finishing = finishing_.load(std::memory_order_acquire);
    bool idle = true;
    for (const auto& outbox : outboxes_) {
      while (outbox->take(chunk)) {
        idle = false;
        write_chunk(chunk);
        outbox->give_back(chunk);
      }
    }
    do_requests();
    rotate_due();
    if (!idle) continue;
    if (finishing) break;
    wait();
  }
  close();
  ended_.store(true, std::memory_order_release);
  if (watcher_ != nullptr) watcher_->notify();
}

void Output::wait() {
  bell_.prepare();
  const bool has_work = finishing_.load(std::memory_order_seq_cst) ||
                        reopening_.load(std::memory_order_seq_cst) ||
                        std::any_of(outboxes_.begin(), outboxes_.end(),
                                    [](const auto& outbox) { return outbox->has_lines(); });
  if (!has_work) {
    const Instant until = next_moment();
    until == kNever ? bell_.wait() : bell_.wait(until - ring::now());
  }
  bell_.cancel_wait();
}

// The writer wakes for a rotation by age, so that a file ends in time even if no line comes.
Instant Output::next_moment() const {
  Instant next = kNever;
  for (const LineFile& file : files_) next = std::min(next, file.rotation_at());
  return next;
}

void Output::finish() {
  finishing_.store(true, std::memory_order_seq_cst);
  bell_.notify();
}

void Output::reopen() {
  reopening_.store(true, std::memory_order_seq_cst);
  bell_.notify();
}

void Output::stop_waiting_for_reader() {
  for (LineFile& file : files_) file.stop_waiting_for_reader();
}

bool Output::failed() const {
  return std::any_of(files_.begin(), files_.end(),
                     [](const LineFile& file) { return file.failed(); });
}

Status Output::failure() const {
  for (const LineFile& file : files_) {
    if (file.failed()) return file.failure();
  }
  return {};
}

void Output::write_chunk(const Chunk& chunk) {
  const bool good = !failed();
  for (std::size_t i = files_.size(); i-- > 0;) {
    LineFile& file = files_[i];
    const Lines& lines = chunk.files[i];
    if (lines.records != 0 && file.rotation_due(lines.text.size(), ring::now())) file.rotate();
    file.write(lines);
  }
  if (good && failed() && watcher_ != nullptr) watcher_->notify();
}

void Output::do_requests() {
  if (!reopening_.exchange(false, std::memory_order_seq_cst)) return;
  for (LineFile& file : files_) file.reopen();
}

void Output::rotate_due() {
  const Instant next = next_moment();
  if (next == kNever || ring::now() < next) return;
  for (LineFile& file : files_) {
    if (file.rotation_due(0, ring::now())) file.rotate();
  }
}

void Output::close() {
  for (LineFile& file : files_) file.close();
}

}  // namespace mxsweep::files
