// SPDX-License-Identifier: MIT
// A file of whole lines, plain or compressed: what the writer thread does with one output.
//
//   Source    RFC 8878 (zstd frames).
//   Shape     open(), then begin(); write() for each chunk; close(). Compressed: each chunk becomes
//             one complete frame with a checksum, so that what was written can be read even if the
//             process dies.
//   Resume    open_again() and begin() continue a file at a position where it was whole; what came
//             after it, perhaps torn, is cut off.
//   Rotation  of regular files: a finished file is complete and on disk before it is renamed, and
//             no file is ever overwritten by that.
//   Threads   one, except for stop_waiting_for_reader() and failed().
//   Errors    failure() is the first failed write; after it all lines are discarded. No partial
//             line or frame remains: a regular file is truncated; for others see files/output.h.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"
#include "mxsweep/files/journal.h"
#include "mxsweep/files/output_file.h"
#include "mxsweep/files/rotation.h"

struct ZSTD_CCtx_s;

namespace mxsweep::files {

struct FileStyle {
  bool zstd = false;
  bool append = false;  // begin() keeps what is in a regular file.
  Rotation rotation{};
};

// Whether the path's name asks for compression.
[[nodiscard]] inline bool names_zstd(std::string_view path) { return path.ends_with(".zst"); }

class LineFile {
 public:
  LineFile();
  ~LineFile();
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;

  // `path`: "-" is standard output.
  Status open(const std::string& path, const FileStyle& style);
  Status begin();  // Truncates the file: to nothing, or to the position that it goes on from.

  // The same for a file that an earlier process has written up to `position`. The file is locked,
  // so that no two processes continue it. Errors: it is missing, shorter, or in use.
  Status open_again(const std::string& path, const FileStyle& style, const Position& position);
  Status lock();  // As open_again() does. Requires: a regular file.

  void write(const Lines& lines);
  void discard(const Lines& lines) { records_lost_ += lines.records; }
  // Undoes what was written after `mark`, a position() of this file.
  void cut_back(const Position& mark);
  [[nodiscard]] Position position() const {
    return {.octets = file_octets_, .records = records_, .number = number_};
  }
  bool sync();  // False: failed.
  // Makes the failure of something else that of this file.
  void fail_with(const Status& failure);
  // Whether the file is to be rotated before `more` octets are written to it.
  [[nodiscard]] bool rotation_due(std::size_t more, Instant now) const;
  [[nodiscard]] Instant rotation_at() const;  // By age; kNever: not by age, or the file is empty.
  void rotate();
  // Its position after a rotate(), as long as it is not certain to have happened.
  [[nodiscard]] Position position_if_rotated() const {
    return {.records = records_, .number = number_ + 1, .renaming = file_octets_};
  }
  // Opens the path again, in case that the file has been renamed; appends to what is there.
  void reopen();
  void close();

  void stop_waiting_for_reader() { give_up_reader_.store(true, std::memory_order_release); }
  [[nodiscard]] bool compressed() const { return style_.zstd; }
  [[nodiscard]] bool can_reopen() const { return file_.is_regular() && !file_.is_inherited(); }

  [[nodiscard]] bool failed() const { return failed_.load(std::memory_order_acquire); }
  [[nodiscard]] const Status& failure() const { return failure_; }
  // By this process; records and octets.
  [[nodiscard]] std::uint64_t records() const { return records_ - resumed_.records; }
  [[nodiscard]] std::uint64_t records_lost() const { return records_lost_; }
  [[nodiscard]] std::uint64_t octets() const { return octets_; }  // Of the files.
  [[nodiscard]] const std::string& name() const { return file_.name(); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string_view compress(std::string_view lines);
  [[nodiscard]] std::size_t whole_octets(std::string_view octets, std::size_t written) const;
  [[nodiscard]] std::size_t next_octets(std::string_view octets) const;
  [[nodiscard]] std::string_view rest_of_begun(std::string_view octets, std::size_t written) const;
  std::size_t write_octets(std::string_view octets);
  [[nodiscard]] bool wait_writable();
  [[nodiscard]] bool make_room(std::size_t octets) const;
  Status check(const Position& position) const;
  Status begin_again();
  void truncate_by(std::size_t octets) const;
  Status use(const FileStyle& style);
  void open_path(bool may_exist);
  void fail(const std::string& why);  // Without the output's name.

  struct FreeCompressor {
    void operator()(ZSTD_CCtx_s* compressor) const;
  };

  OutputFile file_;
  std::string path_;  // Without symbolic links, if it is a regular file.
  FileStyle style_;
  std::unique_ptr<ZSTD_CCtx_s, FreeCompressor> compressor_;
  std::string frame_;
  std::atomic<bool> give_up_reader_ = false;
  std::atomic<bool> failed_ = false;
  Status failure_;
  int stall_wait_ms_ = 0;
  bool continues_ = false;  // What an earlier process has written.
  bool locks_ = false;
  Position resumed_;
  std::uint64_t number_ = 1;       // That the file gets when it is finished.
  std::uint64_t file_octets_ = 0;  // Written to it.
  Instant first_written_at_ = kNever;
  std::uint64_t records_ = 0;
  std::uint64_t records_lost_ = 0;
  std::uint64_t octets_ = 0;
};

}  // namespace mxsweep::files
