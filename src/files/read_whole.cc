// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "mxsweep/files/whole_file.h"

namespace mxsweep::files {
namespace {

constexpr std::size_t kReadOctets = 64 * 1024;

}  // namespace

Result<std::string> read_whole(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return Status::unusable(path + ": " + std::strerror(errno));
  std::string octets;
  int error = 0;
  for (ssize_t count = 1; count != 0 && error == 0;) {
    const std::size_t before = octets.size();
    octets.resize(before + kReadOctets);
    count = ::read(descriptor, octets.data() + before, kReadOctets);
    if (count < 0 && errno != EINTR) error = errno;
    octets.resize(before + static_cast<std::size_t>(count > 0 ? count : 0));
  }
  ::close(descriptor);
  if (error != 0) return Status::unusable(path + ": " + std::strerror(error));
  return octets;
}

}  // namespace mxsweep::files
