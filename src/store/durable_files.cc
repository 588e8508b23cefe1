// SPDX-License-Identifier: MIT
#include "store/durable_files.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "mxsweep/files/durable.h"

namespace mxsweep::store {
namespace {

constexpr mode_t kMode = 0640;  // A group may read along.

Status failed(const std::string& path, int error) {
  return Status::io(path + ": " + std::strerror(error));
}

std::string utc_text(WallTime now) {
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(now).time_since_epoch() / std::chrono::seconds{1};
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return fmt::format("{:%Y%m%dT%H%M%SZ}", parts);
}

}  // namespace

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

Result<std::string> set_aside(const std::string& path, WallTime now) {
  constexpr int kNamesMax = 1000;  // In one second.
  const std::string base = path + ".corrupt-" + utc_text(now);
  std::string name = base;
  int error = files::rename_to_new(path, name);
  for (int i = 2; error == EEXIST && i < kNamesMax; ++i) {
    name = fmt::format("{}.{}", base, i);
    error = files::rename_to_new(path, name);
  }
  if (error != 0) return failed(path, error);
  for (const char* suffix : {"-wal", "-shm"}) {
    ::rename((path + suffix).c_str(), (name + suffix).c_str());
  }
  // Renamed in any case; after a loss of power the next start does it again.
  [[maybe_unused]] const int unsynced = files::sync_folder_of(path);
  return name;
}

void remove_log_of(const std::string& path) {
  ::unlink((path + "-wal").c_str());
  ::unlink((path + "-shm").c_str());
}

Status copy_file(const std::string& from, const std::string& to) {
  const int source = ::open(from.c_str(), O_RDONLY | O_CLOEXEC);
  if (source < 0) return failed(from, errno);
  const std::string beside = to + ".new";
  const int target = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kMode);
  int error = target < 0 ? errno : 0;
  while (error == 0) {
    constexpr std::size_t kPiece = 1 << 20;
    const ssize_t count = ::sendfile(target, source, nullptr, kPiece);
    if (count == 0) break;
    if (count < 0) error = errno;
  }
  ::close(source);
  if (target >= 0) ::close(target);
  if (error != 0) {
    ::unlink(beside.c_str());
    return failed(beside, error);
  }
  return put_in_place(beside, to);
}

Status put_in_place(const std::string& from, const std::string& to) {
  const int descriptor = ::open(from.c_str(), O_RDONLY | O_CLOEXEC);
  int error = descriptor < 0 ? errno : 0;
  if (error == 0 && ::fsync(descriptor) != 0) error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (error == 0 && ::rename(from.c_str(), to.c_str()) != 0) error = errno;
  if (error == 0) error = files::sync_folder_of(to);
  if (error == 0) return {};
  ::unlink(from.c_str());
  return failed(to, error);
}

void Reserve::make() {
  struct stat file {};
  if (::stat(path_.c_str(), &file) == 0 && static_cast<std::uint64_t>(file.st_size) == kOctets) {
    held_ = true;
    return;
  }
  struct statvfs disk {};
  const std::string folder = path_.substr(0, path_.rfind('/') + 1);
  if (::statvfs(folder.empty() ? "." : folder.c_str(), &disk) != 0 ||
      disk.f_bavail * disk.f_frsize < 2 * kOctets) {
    return;
  }
  const int descriptor = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, kMode);
  if (descriptor < 0) return;
  held_ = ::posix_fallocate(descriptor, 0, static_cast<off_t>(kOctets)) == 0;
  ::close(descriptor);
  if (!held_) ::unlink(path_.c_str());
}

bool Reserve::release() {
  const bool held = held_ && ::unlink(path_.c_str()) == 0;
  held_ = false;
  return held;
}

}  // namespace mxsweep::store
