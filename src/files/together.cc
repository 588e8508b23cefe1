// SPDX-License-Identifier: MIT
#include "mxsweep/files/together.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <deque>
#include <optional>
#include <utility>

#include "mxsweep/files/output_file.h"

namespace mxsweep::files {
namespace {

using Identity = std::pair<dev_t, ino_t>;

struct Use {
  std::string name;
  std::string purpose;
  Identity identity;
  bool written = false;
  bool inherited = false;  // Open before the program started.
};

std::optional<Identity> identity_of(int descriptor, const std::string& path) {
  struct stat status {};
  const int result = descriptor >= 0 ? ::fstat(descriptor, &status) : ::stat(path.c_str(), &status);
  if (result != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return Identity{status.st_dev, status.st_ino};
}

// A FIFO is not opened, because the process at its other end would notice.
bool is_device_or_fifo(const Named& file) {
  struct stat status {};
  return named_descriptor(file.path, file.minus) < 0 && ::stat(file.path.c_str(), &status) == 0 &&
         !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

Status clash_of(const Use& one, const Use& other) {
  if (one.identity != other.identity || (!one.written && !other.written)) return {};
  if (one.written && other.written) {
    if (one.inherited && other.inherited) return {};
    return Status::unusable(other.name + ": is the same file for " + one.purpose + " and for " +
                            other.purpose);
  }
  const Use& read = one.written ? other : one;
  const Use& written = one.written ? one : other;
  return Status::unusable(written.name + ": is " + read.purpose + " itself, which " +
                          written.purpose + " would overwrite");
}

}  // namespace

Status check_together(const std::vector<Named>& read, const std::vector<Named>& written) {
  std::vector<Use> uses;
  for (const Named& file : read) {
    const int descriptor = named_descriptor(file.path, file.minus);
    if (const auto identity = identity_of(descriptor, file.path)) {
      uses.push_back({.name = file.path, .purpose = file.purpose, .identity = *identity});
    }
  }
  std::deque<OutputFile> opened;  // All open at once, so two names of a new file have one inode.
  for (const Named& file : written) {
    if (file.path.empty()) continue;
    if (is_device_or_fifo(file)) {
      if (::faccessat(AT_FDCWD, file.path.c_str(), W_OK, AT_EACCESS) == 0) continue;
      return Status::unusable(file.path + ": " + std::strerror(errno));
    }
    OutputFile& output = opened.emplace_back();
    if (Status status = output.open(file.path, file.minus); !status.ok()) return status;
    const auto identity = identity_of(output.descriptor(), file.path);
    if (!identity) continue;
    Use use{.name = output.name(),
            .purpose = file.purpose,
            .identity = *identity,
            .written = true,
            .inherited = output.is_inherited()};
    for (const Use& other : uses) {
      if (Status clash = clash_of(other, use); !clash.ok()) return clash;
    }
    uses.push_back(std::move(use));
  }
  return {};
}

}  // namespace mxsweep::files
