// SPDX-License-Identifier: MIT
// How a file that an earlier process has written is continued.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "mxsweep/core/counted.h"
#include "mxsweep/files/durable.h"
#include "mxsweep/files/line_file.h"
#include "mxsweep/ring/clock.h"

namespace mxsweep::files {
namespace {

// Size of the file; 0 if there is none.
std::uint64_t octets_of(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

}  // namespace

Status LineFile::open_again(const std::string& path, const FileStyle& style,
                            const Position& position) {
  path_ = path;
  resumed_ = position;
  continues_ = true;
  number_ = position.number;
  records_ = position.records;
  if (Status checked = check(position); !checked.ok()) return checked;
  if (Status opened = file_.open(path); !opened.ok()) return opened;
  if (!can_reopen()) return Status::unusable(path + ": is not a regular file any more");
  if (Status locked = lock(); !locked.ok()) return locked;
  return use(style);
}

Status LineFile::check(const Position& position) const {
  const std::uint64_t octets = octets_of(path_);
  if (position.renaming != 0) {
    // The file before it has its number, and perhaps was taken away; or it has still this name.
    if (octets == 0 || (octets == position.renaming && !exists(numbered(path_, number_ - 1)))) {
      return {};
    }
    return Status::unusable(path_ + ": is neither empty nor the finished file of " +
                            counted(position.renaming, "octet") + " that the checkpoint has");
  }
  if (position.octets == 0 || octets >= position.octets) return {};
  if (!exists(path_)) {
    return Status::unusable(path_ + ": is missing; if it was moved or renamed, put it back");
  }
  return Status::unusable(path_ + ": has " + counted(octets, "octet") + ", and had " +
                          std::to_string(position.octets) +
                          " at the checkpoint; if another file was put there, put it back");
}

Status LineFile::lock() {
  locks_ = true;
  if (::flock(file_.descriptor(), LOCK_EX | LOCK_NB) == 0) return {};
  if (errno != EWOULDBLOCK) return {};  // A file system without locks.
  return Status::unusable(file_.name() + ": another sweep is writing it");
}

Status LineFile::begin_again() {
  int error = 0;
  if (resumed_.renaming != 0 && file_.octets() != 0) {
    error = rename_to_new(path_, numbered(path_, number_ - 1));
    if (error == 0) error = file_.open_again(path_, /*may_exist=*/false);
    if (error == 0) error = sync_folder_of(path_);
  } else {
    error = file_.cut_at(resumed_.octets);
  }
  if (error != 0) return Status::unusable(path_ + ": " + std::strerror(error));
  file_octets_ = resumed_.octets;
  if (file_octets_ != 0) first_written_at_ = ring::now();
  return {};
}

void LineFile::cut_back(const Position& mark) {
  const std::uint64_t undone = records_ - mark.records;
  // If it cannot be cut off now it is when the sweep is resumed.
  if (file_octets_ != mark.octets) static_cast<void>(file_.cut_at(mark.octets));
  octets_ -= file_octets_ - mark.octets;
  file_octets_ = mark.octets;
  records_ -= undone;
  records_lost_ += undone;
}

}  // namespace mxsweep::files
