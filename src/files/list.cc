// SPDX-License-Identifier: MIT
#include "mxsweep/files/list.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

namespace mxsweep::files {
namespace {

std::string name_of(const ListSource& source) {
  if (!source.words.empty()) return "the command line";
  return source.path == "-" ? "standard input" : source.path;
}

bool write_all(int descriptor, std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t count = ::write(descriptor, octets.data(), octets.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    octets.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

int open_words(const std::vector<std::string>& words) {
  std::string lines;
  for (const std::string& word : words) lines.append(word).append("\n");
  const int descriptor = ::memfd_create("targets", MFD_CLOEXEC);
  if (descriptor < 0) return -1;
  if (write_all(descriptor, lines) && ::lseek(descriptor, 0, SEEK_SET) == 0) return descriptor;
  const int why = errno;
  ::close(descriptor);
  errno = why;
  return -1;
}

int open_source(const ListSource& source) {
  if (!source.words.empty()) return open_words(source.words);
  if (source.path == "-") return STDIN_FILENO;
  return ::open(source.path.c_str(), O_RDONLY | O_CLOEXEC);
}

}  // namespace

Status List::open(const ListSource& source) {
  name = name_of(source);
  descriptor = open_source(source);
  struct stat status {};
  if (descriptor < 0 || ::fstat(descriptor, &status) != 0) {
    return Status::unusable(std::strerror(errno));
  }
  if (S_ISDIR(status.st_mode)) return Status::unusable("is a directory");
  return {};
}

List::~List() {
  if (descriptor > STDIN_FILENO) ::close(descriptor);
}

}  // namespace mxsweep::files
