// SPDX-License-Identifier: MIT
#include "mxsweep/files/output.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

#include "mxsweep/core/counted.h"

namespace mxsweep::files {
namespace {

// How long to wait in all for a stalled reader after stop_waiting_for_reader().
constexpr int kStallWaitMsMax = 1000;
constexpr int kStallPollMs = 100;

constexpr std::size_t kChunkOctetsReserved = kChunkOctets + kChunkOctets / 4;
constexpr std::size_t kChunkOctetsKept = 2 * kChunkOctets;

// The octets for one atomic write to a pipe (PIPE_BUF): as many whole lines as fit, or a part of a
// longer line.
std::size_t whole_lines_that_fit(std::string_view lines) {
  if (lines.size() <= PIPE_BUF) return lines.size();
  const std::size_t end = lines.rfind('\n', PIPE_BUF - 1);
  return end == std::string_view::npos ? PIPE_BUF : end + 1;
}

// The unwritten rest of a line that was partly written; empty if there is none.
std::string_view rest_of_line(std::string_view lines, std::size_t written) {
  if (written == 0 || lines[written - 1] == '\n') return {};
  return lines.substr(written, lines.find('\n', written) + 1 - written);
}

std::uint64_t lines_in(std::string_view octets) {
  return static_cast<std::uint64_t>(std::count(octets.begin(), octets.end(), '\n'));
}

}  // namespace

std::string& Outbox::begin_line(Instant now) {
  if (chunk_.records == 0) {
    static_cast<void>(written_.pop(chunk_));
    chunk_.lines.reserve(kChunkOctetsReserved);
    flush_at_ = now + kLineAgeMax;
  }
  return chunk_.lines;
}

void Outbox::end_line(Instant now) {
  ++chunk_.records;
  if (backpressured()) flush(now);
}

void Outbox::flush(Instant now) {
  if (chunk_.records == 0) return;
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
  if (chunk.lines.capacity() > kChunkOctetsKept) return;  // One record was large.
  chunk.lines.clear();
  chunk.records = 0;
  static_cast<void>(written_.push(chunk));
}

Status Output::open(const std::string& path) {
  if (Status opened = file_.open(path); !opened.ok()) return opened;
  if (!bell_.good()) return Status::unusable(file_.name() + ": " + std::strerror(bell_.error()));
  return {};
}

Status Output::begin() { return file_.begin(); }

Outbox& Output::add_outbox() { return *outboxes_.emplace_back(std::make_unique<Outbox>(bell_)); }

void Output::run() {
  Chunk chunk;
  while (true) {
    // Loaded before the outboxes are checked: the check then sees all lines from before finish().
    const bool finishing = finishing_.load(std::memory_order_acquire);
    bool idle = true;
    for (const auto& outbox : outboxes_) {
      while (outbox->take(chunk)) {
        idle = false;
        if (failed()) {
          records_lost_ += chunk.records;
        } else {
          write_chunk(chunk);
        }
        outbox->give_back(chunk);
      }
    }
    if (!idle) continue;
    if (finishing) break;
    bell_.prepare();
    const bool has_work = finishing_.load(std::memory_order_seq_cst) ||
                          std::any_of(outboxes_.begin(), outboxes_.end(),
                                      [](const auto& outbox) { return outbox->has_lines(); });
    if (!has_work) bell_.wait();
    bell_.cancel_wait();
  }
  if (!failed()) {
    if (const int error = file_.close(); error != 0) fail(std::strerror(error));
  }
  ended_.store(true, std::memory_order_release);
  if (watcher_ != nullptr) watcher_->notify();
}

void Output::finish() {
  finishing_.store(true, std::memory_order_seq_cst);
  bell_.notify();
}

void Output::stop_waiting_for_reader() {
  give_up_reader_.store(true, std::memory_order_release);
  bell_.notify();
}

// The reader of a pipe or a terminal may stall for ever. To write at most PIPE_BUF octets, and only
// when poll() reports room, keeps this thread from blocking. O_NONBLOCK would do so too, but for
// every process that shares the open file.
bool Output::wait_writable() {
  while (true) {
    pollfd output{.fd = file_.descriptor(), .events = POLLOUT, .revents = 0};
    const int ready = ::poll(&output, 1, kStallPollMs);
    if (ready > 0 || (ready < 0 && errno != EINTR)) return true;  // write() reports the error.
    if (!give_up_reader_.load(std::memory_order_acquire)) continue;
    stall_wait_ms_ += kStallPollMs;
    if (stall_wait_ms_ >= kStallWaitMsMax) return false;
  }
}

void Output::write_chunk(const Chunk& chunk) {
  const std::string_view lines = chunk.lines;
  const std::size_t written = write_lines(lines);
  if (written == lines.size()) {
    records_ += chunk.records;
    octets_ += lines.size();
    return;
  }
  leave_whole_lines(lines, written);
  const std::string_view whole = lines.substr(0, lines.substr(0, written).rfind('\n') + 1);
  records_ += lines_in(whole);
  records_lost_ += chunk.records - lines_in(whole);
  octets_ += whole.size();
}

// A pipe can be enlarged without its reader, so that the rest of a partly written line fits.
bool Output::make_room(std::size_t octets) {
  const int size = ::fcntl(file_.descriptor(), F_GETPIPE_SZ);
  const std::size_t wanted = octets + 2 * PIPE_BUF;  // Some pages of a pipe are only partly filled.
  return size > 0 && wanted < INT_MAX / 2 &&
         ::fcntl(file_.descriptor(), F_SETPIPE_SZ, size + static_cast<int>(wanted)) > 0;
}

// Returns how many octets were written: all of them, unless a write failed.
std::size_t Output::write_lines(std::string_view lines) {
  constexpr const char* kLeft = "the sweep had to stop at once and the reader read no more";
  std::size_t written = 0;
  bool last_line = false;
  while (written < lines.size()) {
    std::size_t next = lines.size() - written;
    if (!file_.is_regular()) {
      next = whole_lines_that_fit(lines.substr(written));
      if (!wait_writable()) {
        const std::string_view begun = rest_of_line(lines, written);
        if (begun.empty()) {
          fail(kLeft);
          break;
        }
        if (last_line || !make_room(begun.size())) {
          fail(std::string(kLeft) + "; its last line is TORN, " + counted(begun.size(), "octet") +
               " are missing");
          break;
        }
        last_line = true;
        lines = lines.substr(0, written + begun.size());
        next = std::min<std::size_t>(begun.size(), PIPE_BUF);
      }
    }
    const ssize_t count = ::write(file_.descriptor(), lines.data() + written, next);
    if (count < 0) {
      if (errno == EINTR || errno == EAGAIN) continue;
      fail(errno == EPIPE ? "its reader has closed it" : std::strerror(errno));
      break;
    }
    written += static_cast<std::size_t>(count);
  }
  if (last_line && !failed()) fail(kLeft);
  return written;
}

void Output::leave_whole_lines(std::string_view lines, std::size_t written) {
  const std::size_t whole = lines.substr(0, written).rfind('\n') + 1;
  if (!file_.is_regular() || written == whole) return;
  const off_t position = ::lseek(file_.descriptor(), 0, SEEK_CUR);
  if (position < 0) return;
  const off_t end = position - static_cast<off_t>(written - whole);
  if (::ftruncate(file_.descriptor(), end) == 0) ::lseek(file_.descriptor(), end, SEEK_SET);
}

void Output::fail(const std::string& why) {
  failure_ = Status::io(file_.name() + ": " + why);
  failed_.store(true, std::memory_order_release);
  if (watcher_ != nullptr) watcher_->notify();
}

}  // namespace mxsweep::files
