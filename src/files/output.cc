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
  return completions.empty() && std::all_of(files.begin(), files.end(),
                                            [](const Lines& lines) { return lines.records == 0; });
}

std::size_t Chunk::octets() const {
  std::size_t sum = completions.size() * sizeof(Completion);
  for (const Lines& lines : files) sum += lines.text.size();
  return sum;
}

void Outbox::begin_chunk(Instant now) {
  if (!chunk_.empty() || chunk_.octets() != 0) return;  // A line may have begun.
  static_cast<void>(written_.pop(chunk_));
  chunk_.files.front().text.reserve(kChunkOctetsReserved);
  flush_at_ = now + line_age_max_;
}

std::string& Outbox::begin_line(Instant now, std::size_t file) {
  begin_chunk(now);
  return chunk_.files[file].text;
}

void Outbox::end_line(Instant now, std::size_t file) {
  ++chunk_.files[file].records;
  if (file == 0 && backpressured()) flush(now);
}

void Outbox::add_completion(Completion&& completion, Instant now) {
  begin_chunk(now);
  chunk_.completions.push_back(std::move(completion));
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
  chunk.completions.clear();
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

Status Output::open_again(const std::string& path, const FileStyle& style,
                          const Position& position) {
  INVARIANT(files_.size() < kFilesMax);
  return files_.emplace_back().open_again(path, style, position);
}

Status Output::keep(Journal& journal, Duration every, std::size_t summaries) {
  journal_ = &journal;
  summaries_file_ = summaries;
  save_every_ = every;
  for (LineFile& file : files_) {
    if (!file.can_reopen()) {
      return Status::unusable(file.name() + ": is not a regular file, which --checkpoint needs");
    }
    if (Status locked = file.lock(); !locked.ok()) return locked;
  }
  return {};
}

Status Output::begin() {
  for (LineFile& file : files_) {
    if (Status begun = file.begin(); !begun.ok()) return begun;
  }
  if (journal_ != nullptr) save(/*finished=*/false);
  return failure();
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
    save_due();
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
  return unsaved_ ? std::min(next, save_at_) : next;
}

void Output::finish(bool finished) {
  finished_ = finished;
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

void Output::write_chunk(Chunk& chunk) {
  const bool good = !failed();
  for (std::size_t i = 0; i < files_.size(); ++i) {
    const Lines& lines = chunk.files[i];
    if (lines.records != 0 && files_[i].rotation_due(lines.text.size(), ring::now())) {
      rotate(files_[i]);
    }
  }
  if (journal_ != nullptr) {
    write_all_or_nothing(chunk);
  } else {
    for (std::size_t i = files_.size(); i-- > 0;) files_[i].write(chunk.files[i]);
  }
  if (good && failed() && watcher_ != nullptr) watcher_->notify();
}

void Output::write_all_or_nothing(Chunk& chunk) {
  std::array<Position, kFilesMax> marks;
  for (std::size_t i = files_.size(); i-- > 0;) {
    marks[i] = files_[i].position();
    failed() ? files_[i].discard(chunk.files[i]) : files_[i].write(chunk.files[i]);
  }
  if (failed()) {
    for (std::size_t i = 0; i < files_.size(); ++i) files_[i].cut_back(marks[i]);
    return;
  }
  unsaved_ = true;
  summaries_.text.clear();
  summaries_.records = 0;
  journal_->on_written(chunk.completions, summaries_);
  files_[summaries_file_].write(summaries_);
  may_save_ = !failed();
}

// If the process dies in between, the first journal shows that the name may be the old one, and
// nothing is written to the new file before the second one.
void Output::rotate(LineFile& file) {
  if (journal_ != nullptr) save(/*finished=*/false, &file);
  if (failed()) return;
  file.rotate();
  if (journal_ != nullptr) save(/*finished=*/false);
}

void Output::save(bool finished, const LineFile* rotating) {
  if (!may_save_) return;
  const Instant begun = ring::now();
  std::vector<Position> positions;
  for (LineFile& file : files_) {
    if (!file.sync()) return;
    positions.push_back(&file == rotating ? file.position_if_rotated() : file.position());
  }
  if (Status saved = journal_->save(positions, finished); !saved.ok()) {
    files_.front().fail_with(saved);
  }
  const Instant now = ring::now();
  save_at_ = now + std::max(save_every_, std::min<Duration>(20 * (now - begun), kSaveEveryMost));
  unsaved_ = false;
}

void Output::save_due() {
  if (journal_ != nullptr && unsaved_ && ring::now() >= save_at_) save(/*finished=*/false);
}

void Output::do_requests() {
  if (!reopening_.exchange(false, std::memory_order_seq_cst)) return;
  if (journal_ != nullptr) save(/*finished=*/false);
  for (LineFile& file : files_) file.reopen();
  if (journal_ != nullptr) save(/*finished=*/false);
}

void Output::rotate_due() {
  const Instant next = next_moment();
  if (next == kNever || ring::now() < next) return;
  for (LineFile& file : files_) {
    if (file.rotation_due(0, ring::now())) rotate(file);
  }
}

void Output::close() {
  if (journal_ != nullptr) save(finished_ && !failed());
  for (LineFile& file : files_) file.close();
}

}  // namespace mxsweep::files
