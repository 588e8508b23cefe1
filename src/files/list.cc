// SPDX-License-Identifier: MIT
#include "mxsweep/files/list.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "files/text_stream.h"
#include "mxsweep/files/durable.h"

namespace mxsweep::files {
namespace {

int open_words(const std::vector<std::string>& words) {
  std::string lines;
  for (const std::string& word : words) lines.append(word).append("\n");
  const int descriptor = ::memfd_create("targets", MFD_CLOEXEC);
  if (descriptor < 0) return -1;
  int why = write_all(descriptor, lines);
  if (why == 0 && ::lseek(descriptor, 0, SEEK_SET) == 0) return descriptor;
  if (why == 0) why = errno;
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

std::string name_of(const ListSource& source) {
  if (!source.words.empty()) return "the command line";
  return source.path == "-" ? "standard input" : source.path;
}

Status List::open(const ListSource& source) {
  descriptor_ = open_source(source);
  struct stat status {};
  if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0) {
    return Status::unusable(std::strerror(errno));
  }
  if (S_ISDIR(status.st_mode)) return Status::unusable("is a directory");
  regular_ = S_ISREG(status.st_mode);
  // Another process may have read a part of standard input.
  start_ = regular_ ? std::max<off_t>(::lseek(descriptor_, 0, SEEK_CUR), 0) : 0;
  octets_all_ =
      regular_ ? static_cast<std::uint64_t>(std::max<off_t>(status.st_size - start_, 0)) : 0;
  text_ = std::make_unique<TextStream>(descriptor_);
  return {};
}

List::List() = default;
List::~List() { close(); }

void List::close() {
  if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
  descriptor_ = -1;
  text_.reset();
}

List::Read List::read(std::string_view& octets) { return text_->read(octets); }

bool List::has_input() const {
  if (regular_ || text_->has_buffered()) return true;
  pollfd wait{.fd = descriptor_, .events = POLLIN, .revents = 0};
  return ::poll(&wait, 1, 0) > 0;
}

Status List::rewind() {
  if (::lseek(descriptor_, start_, SEEK_SET) < 0) return Status::unusable(std::strerror(errno));
  text_ = std::make_unique<TextStream>(descriptor_);
  return {};
}

std::uint64_t List::octets_read() const { return text_->octets_read(); }
const Status& List::failure() const { return text_->failure(); }

}  // namespace mxsweep::files
