// SPDX-License-Identifier: MIT
#include "mxsweep/files/whole_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "mxsweep/files/durable.h"
#include "mxsweep/files/output_file.h"

namespace mxsweep::files {
namespace {

constexpr int kNamesTried = 100;

// Whether the file can be replaced by rename(2); otherwise it must be written in place.
bool can_be_replaced(const std::string& path, int minus) {
  struct stat status {};
  if (named_descriptor(path, minus) >= 0) return false;
  return ::stat(path.c_str(), &status) == 0 ? S_ISREG(status.st_mode)
                                            : ::lstat(path.c_str(), &status) != 0;
}

// Creates a new file in the folder of `path` and sets `beside` to its name.
int open_beside(const std::string& path, std::string& beside) {
  for (int i = 0; i < kNamesTried; ++i) {
    beside = path + "." + std::to_string(::getpid()) + "-" + std::to_string(i) + ".new";
    const int descriptor = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0 || errno != EEXIST) return descriptor;
  }
  return -1;
}

// Returns 0, or an errno; the file is then unchanged.
int replace(const std::string& path, std::string_view text, Durable durable) {
  std::string beside;
  const int descriptor = open_beside(path, beside);
  if (descriptor < 0) return errno;
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) {  // Keeps owner and permissions, if that is permitted.
    (void)!::fchown(descriptor, status.st_uid, status.st_gid);
    ::fchmod(descriptor, status.st_mode & 07777);
  }
  int error = write_all(descriptor, text);
  if (durable == Durable::yes && error == 0 && ::fsync(descriptor) != 0) error = errno;
  if (::close(descriptor) != 0 && error == 0) error = errno;
  if (error == 0 && ::rename(beside.c_str(), path.c_str()) != 0) error = errno;
  if (error != 0) ::unlink(beside.c_str());
  return error;
}

Status write_in_place(const std::string& path, std::string_view text, int minus) {
  OutputFile file;
  if (Status status = file.open(path, minus); !status.ok()) return status;
  if (Status status = file.begin(); !status.ok()) return status;
  int error = write_all(file.descriptor(), text);
  if (const int at_close = file.close(); error == 0) error = at_close;
  if (error == 0) return {};
  return Status::io(file.name() + ": " + std::strerror(error));
}

}  // namespace

Status write_whole(const std::string& path, std::string_view text, int minus, Durable durable) {
  if (can_be_replaced(path, minus)) {
    const int error = replace(followed(path), text, durable);  // A symbolic link itself is kept.
    if (error == 0) return {};
    const bool folder_forbids = error == EACCES || error == EPERM || error == EBUSY ||
                                error == EROFS || error == ENAMETOOLONG;
    if (!folder_forbids) return Status::io(path + ": " + std::strerror(error));
  }
  return write_in_place(path, text, minus);
}

}  // namespace mxsweep::files
