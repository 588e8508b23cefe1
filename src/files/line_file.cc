// SPDX-License-Identifier: MIT
#include "mxsweep/files/line_file.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

#include "mxsweep/core/counted.h"
#include "mxsweep/files/durable.h"
#include "mxsweep/ring/clock.h"

namespace mxsweep::files {
namespace {

// How long to wait in all for a stalled reader after stop_waiting_for_reader().
constexpr int kStallWaitMsMax = 1000;
constexpr int kStallPollMs = 100;
// The library's default: on records a third smaller than level 1, at 200 MB/s and more.
constexpr int kCompressionLevel = 3;

std::uint64_t lines_in(std::string_view octets) {
  return static_cast<std::uint64_t>(std::count(octets.begin(), octets.end(), '\n'));
}

}  // namespace

LineFile::LineFile() = default;
LineFile::~LineFile() = default;

void LineFile::FreeCompressor::operator()(ZSTD_CCtx_s* compressor) const {
  ::ZSTD_freeCCtx(compressor);
}

Status LineFile::open(const std::string& path, const FileStyle& style) {
  if (Status opened = file_.open(path); !opened.ok()) return opened;
  path_ = can_reopen() ? followed(path) : path;
  if (style.rotation.wanted()) {
    if (!can_reopen()) {
      return Status::unusable(file_.name() + ": is not a regular file, which --rotate needs");
    }
    if (const std::string found = find_numbered(path_); !found.empty()) {
      return Status::unusable(found +
                              ": is there from an earlier sweep; --rotate overwrites nothing, so "
                              "move it away or name another output");
    }
  }
  return use(style);
}

Status LineFile::use(const FileStyle& style) {
  style_ = style;
  if (!style.zstd) return {};
  compressor_.reset(::ZSTD_createCCtx());
  const bool good =
      compressor_ != nullptr &&
      !::ZSTD_isError(::ZSTD_CCtx_setParameter(compressor_.get(), ::ZSTD_c_compressionLevel,
                                               kCompressionLevel)) &&
      !::ZSTD_isError(::ZSTD_CCtx_setParameter(compressor_.get(), ::ZSTD_c_checksumFlag, 1));
  return good ? Status() : Status::unusable(file_.name() + ": there is no memory to compress it");
}

Status LineFile::begin() {
  if (continues_) return begin_again();
  file_octets_ = style_.append && can_reopen() ? file_.octets() : 0;
  if (file_octets_ == 0) return file_.begin();
  first_written_at_ = ring::now();
  const int error = file_.cut_at(file_octets_);
  return error == 0 ? Status() : Status::unusable(path_ + ": " + std::strerror(error));
}

void LineFile::write(const Lines& lines) {
  if (lines.records == 0) return;
  if (failed()) return discard(lines);
  const std::string_view octets = style_.zstd ? compress(lines.text) : lines.text;
  const std::size_t written = failed() ? 0 : write_octets(octets);
  const std::size_t whole = whole_octets(octets, written);
  if (whole < written) truncate_by(written - whole);
  const std::uint64_t records = whole == octets.size() && !octets.empty()
                                    ? lines.records
                                    : (style_.zstd ? 0 : lines_in(octets.substr(0, whole)));
  if (file_octets_ == 0 && whole > 0) first_written_at_ = ring::now();
  records_ += records;
  records_lost_ += lines.records - records;
  octets_ += whole;
  file_octets_ += whole;
}

std::string_view LineFile::compress(std::string_view lines) {
  frame_.resize(std::max(frame_.size(), ::ZSTD_compressBound(lines.size())));
  const std::size_t octets =
      ::ZSTD_compress2(compressor_.get(), frame_.data(), frame_.size(), lines.data(), lines.size());
  if (::ZSTD_isError(octets)) {
    fail(std::string("cannot be compressed: ") + ::ZSTD_getErrorName(octets));
    return {};
  }
  return std::string_view(frame_).substr(0, octets);
}

// How much of what was written is whole: lines, or the one frame that a chunk is.
std::size_t LineFile::whole_octets(std::string_view octets, std::size_t written) const {
  if (written == octets.size()) return written;
  return style_.zstd ? 0 : octets.substr(0, written).rfind('\n') + 1;
}

// The octets for one atomic write to a pipe (PIPE_BUF): as many whole lines as fit, or a part of a
// longer line or frame.
std::size_t LineFile::next_octets(std::string_view octets) const {
  if (octets.size() <= PIPE_BUF) return octets.size();
  const std::size_t end = style_.zstd ? std::string_view::npos : octets.rfind('\n', PIPE_BUF - 1);
  return end == std::string_view::npos ? PIPE_BUF : end + 1;
}

// The unwritten rest of a line or frame that was partly written; empty if there is none.
std::string_view LineFile::rest_of_begun(std::string_view octets, std::size_t written) const {
  if (written == whole_octets(octets, written)) return {};
  const std::size_t end = style_.zstd ? octets.size() : octets.find('\n', written) + 1;
  return octets.substr(written, end - written);
}

// Waits until the output can be written to without blocking. False: the sweep must stop, and its
// reader has stalled for too long.
bool LineFile::wait_writable() {
  pollfd wait{.fd = file_.descriptor(), .events = POLLOUT, .revents = 0};
  while (true) {
    if (::poll(&wait, 1, kStallPollMs) > 0) return true;
    if (!give_up_reader_.load(std::memory_order_acquire)) continue;
    stall_wait_ms_ += kStallPollMs;
    if (stall_wait_ms_ >= kStallWaitMsMax) return false;
  }
}

// A pipe can be enlarged without its reader, so that the rest of a partly written line fits.
bool LineFile::make_room(std::size_t octets) const {
  const int size = ::fcntl(file_.descriptor(), F_GETPIPE_SZ);
  const std::size_t wanted = octets + 2 * PIPE_BUF;  // Some pages of a pipe are only partly filled.
  return size > 0 && wanted < INT_MAX / 2 &&
         ::fcntl(file_.descriptor(), F_SETPIPE_SZ, size + static_cast<int>(wanted)) > 0;
}

// Returns how many octets were written: all of them, unless a write failed.
std::size_t LineFile::write_octets(std::string_view octets) {
  constexpr const char* kLeft = "the sweep had to stop at once and the reader read no more";
  std::size_t written = 0;
  bool last = false;  // Only the rest of what was begun is written.
  std::size_t until = octets.size();
  while (written < until) {
    std::size_t next = until - written;
    if (!file_.is_regular()) {
      next = last ? std::min<std::size_t>(next, PIPE_BUF) : next_octets(octets.substr(written));
      if (!wait_writable()) {
        const std::string_view begun = rest_of_begun(octets, written);
        if (begun.empty()) {
          fail(kLeft);
          break;
        }
        if (last || !make_room(begun.size())) {
          fail(std::string(kLeft) + "; its last " + (style_.zstd ? "frame" : "line") +
               " is TORN, " + counted(begun.size(), "octet") + " are missing");
          break;
        }
        last = true;
        until = written + begun.size();
        next = std::min<std::size_t>(begun.size(), PIPE_BUF);
      }
    }
    const ssize_t count = ::write(file_.descriptor(), octets.data() + written, next);
    if (count < 0) {
      if (errno == EINTR || errno == EAGAIN) continue;
      fail(errno == EPIPE ? "its reader has closed it" : std::strerror(errno));
      break;
    }
    written += static_cast<std::size_t>(count);
  }
  if (last && !failed()) fail(kLeft);
  return written;
}

void LineFile::truncate_by(std::size_t octets) const {
  if (!file_.is_regular()) return;
  const off_t position = ::lseek(file_.descriptor(), 0, SEEK_CUR);
  if (position < 0) return;
  const off_t end = position - static_cast<off_t>(octets);
  if (::ftruncate(file_.descriptor(), end) == 0) ::lseek(file_.descriptor(), end, SEEK_SET);
}

bool LineFile::rotation_due(std::size_t more, Instant now) const {
  if (file_octets_ == 0 || failed()) return false;
  const Rotation& rotation = style_.rotation;
  // What a chunk will have when it is compressed is not known yet.
  const std::uint64_t then = file_octets_ + (style_.zstd ? 1 : more);
  return (rotation.octets != 0 && then > rotation.octets) || now >= rotation_at();
}

Instant LineFile::rotation_at() const {
  if (style_.rotation.age == Duration::zero() || file_octets_ == 0) return kNever;
  return first_written_at_ + style_.rotation.age;
}

void LineFile::rotate() {
  if (!sync()) return;
  const std::string finished = numbered(path_, number_);
  if (const int error = rename_to_new(path_, finished); error != 0) {
    return fail("cannot be renamed to " + finished + ": " + std::strerror(error));
  }
  ++number_;
  file_octets_ = 0;
  first_written_at_ = kNever;
  open_path(/*may_exist=*/false);
}

void LineFile::reopen() {
  if (failed() || !can_reopen() || !sync()) return;
  open_path(/*may_exist=*/true);
  file_octets_ = file_.octets();
  first_written_at_ = file_octets_ == 0 ? kNever : ring::now();
}

void LineFile::open_path(bool may_exist) {
  int error = file_.open_again(path_, may_exist);
  if (error == 0) error = sync_folder_of(path_);
  if (error != 0) return fail(std::string("cannot be opened again: ") + std::strerror(error));
  if (!locks_) return;
  if (const Status locked = lock(); !locked.ok()) fail_with(locked);
}

bool LineFile::sync() {
  if (!file_.is_regular() || ::fsync(file_.descriptor()) == 0) return true;
  fail(std::strerror(errno));
  return false;
}

void LineFile::close() {
  if (failed()) return;
  if (const int error = file_.close(); error != 0) fail(std::strerror(error));
}

void LineFile::fail_with(const Status& failure) {
  if (failed()) return;
  failure_ = failure;
  failed_.store(true, std::memory_order_release);
}

void LineFile::fail(const std::string& why) { fail_with(Status::io(file_.name() + ": " + why)); }

}  // namespace mxsweep::files
