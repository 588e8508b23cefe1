// SPDX-License-Identifier: MIT
#include "mxsweep/files/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstring>
#include <string_view>
#include <utility>

namespace mxsweep::files {
namespace {

constexpr mode_t kMode = 0666;  // Less the umask.

Status failed(const std::string& name, int error) {
  return Status::unusable(name + ": " + std::strerror(error));
}

std::string stream_name(int descriptor, const std::string& path) {
  if (descriptor == STDIN_FILENO) return "standard input";
  if (descriptor == STDOUT_FILENO) return "standard output";
  if (descriptor == STDERR_FILENO) return "standard error";
  return path;
}

bool is_open_for_writing(int descriptor) {
  const int flags = ::fcntl(descriptor, F_GETFL);
  return flags >= 0 && (flags & O_PATH) == 0 && (flags & O_ACCMODE) != O_RDONLY;
}

// Opens the file, which may or may not exist, and reports whether it was created.
int open_or_create(const char* path, bool& created) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY;
  int descriptor = ::open(path, kFlags | O_EXCL, kMode);
  created = descriptor >= 0;
  if (descriptor >= 0 || errno != EEXIST) return descriptor;
  struct stat status {};
  const bool leads_nowhere = ::stat(path, &status) != 0;  // A symbolic link.
  descriptor = ::open(path, kFlags, kMode);
  created = descriptor >= 0 && leads_nowhere;
  return descriptor;
}

void remove_file(int descriptor) {
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  std::array<char, PATH_MAX> path{};
  if (::readlink(link.c_str(), path.data(), path.size() - 1) > 0) ::unlink(path.data());
}

}  // namespace

int named_descriptor(const std::string& path, int minus) {
  if (path == "-") return minus;
  if (path == "/dev/stdin") return STDIN_FILENO;
  if (path == "/dev/stdout") return STDOUT_FILENO;
  if (path == "/dev/stderr") return STDERR_FILENO;
  for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
    if (!path.starts_with(folder)) continue;
    const std::string_view digits = std::string_view(path).substr(folder.size());
    int descriptor = -1;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), descriptor);
    if (error == std::errc{} && end == digits.data() + digits.size()) return descriptor;
  }
  return -1;
}

OutputFile::~OutputFile() {
  if (descriptor_ < 0) return;
  if (created_) remove_file(descriptor_);
  ::close(descriptor_);
}

Status OutputFile::open(const std::string& path, int minus) {
  const int named = named_descriptor(path, minus);
  inherited_ = named >= 0;
  name_ = inherited_ ? stream_name(named, path) : path;
  if (inherited_) {
    if (!is_open_for_writing(named)) {
      return Status::unusable(name_ + ": is not open for writing");
    }
    descriptor_ = ::fcntl(named, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  } else {
    descriptor_ = open_or_create(path.c_str(), created_);
  }
  struct stat status {};
  if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0) return failed(name_, errno);
  regular_ = S_ISREG(status.st_mode);
  return {};
}

Status OutputFile::begin() {
  created_ = false;
  if (inherited_ || !regular_ || ::ftruncate(descriptor_, 0) == 0) return {};
  return failed(name_, errno);
}

int OutputFile::open_again(const std::string& path, bool may_exist) {
  if (const int error = close(); error != 0) return error;
  const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | (may_exist ? 0 : O_EXCL);
  descriptor_ = ::open(path.c_str(), flags, kMode);
  if (descriptor_ < 0) return errno;
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0 || ::lseek(descriptor_, 0, SEEK_END) < 0) return errno;
  regular_ = S_ISREG(status.st_mode);
  return regular_ ? 0 : EINVAL;
}

int OutputFile::cut_at(std::uint64_t octets) {
  created_ = false;
  const auto end = static_cast<off_t>(octets);
  return ::ftruncate(descriptor_, end) == 0 && ::lseek(descriptor_, end, SEEK_SET) == end ? 0
                                                                                          : errno;
}

std::uint64_t OutputFile::octets() const {
  struct stat status {};
  return ::fstat(descriptor_, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

int OutputFile::close() { return ::close(std::exchange(descriptor_, -1)) == 0 ? 0 : errno; }

}  // namespace mxsweep::files
