// SPDX-License-Identifier: MIT
#include "cli/say.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>

namespace mxsweep::cli {
namespace {

// The longest time that a halted terminal (Ctrl-S) or a full pipe delays the program.
constexpr int kPatienceMs = 10'000;

int first_error = 0;  // Of standard output.

// A pipe that poll() reports as writable accepts PIPE_BUF octets without blocking.
void write_words(std::string_view words, int patience_ms) {
  while (!words.empty()) {
    pollfd stream{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
    const int ready = ::poll(&stream, 1, patience_ms);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return;
    const std::size_t octets = std::min<std::size_t>(words.size(), PIPE_BUF);
    const ssize_t count = ::write(STDERR_FILENO, words.data(), octets);
    if (count < 0 && errno != EINTR) return;
    words.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  }
}

void note_error() {
  if (first_error == 0) first_error = errno == 0 ? EIO : errno;
}

}  // namespace

void hold_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) >= 0 || errno != EBADF) continue;
    // Opened in the wrong direction, so that it cannot be used. open() returns the lowest free
    // number, which is this stream's.
    const int direction = stream == STDIN_FILENO ? O_WRONLY : O_RDONLY;
    if (::open("/dev/null", direction) < 0) (void)!::open("/", O_PATH);
  }
}

void say_text(std::string_view text) { write_words(text, kPatienceMs); }

void say_now(std::string_view text) { write_words(text, 0); }

void put_text(std::string_view text) {
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) note_error();
}

void flush_output() {
  errno = 0;
  if (std::fflush(stdout) != 0) note_error();
}

bool output_failed() { return first_error != 0; }

Status end_of_output() {
  flush_output();
  if (std::ferror(stdout) != 0) note_error();
  if (first_error == 0) return {};
  return Status::io(std::string("standard output: ") + (first_error == EPIPE
                                                            ? "its reader has closed it"
                                                            : std::strerror(first_error)));
}

std::string errno_name(int error) {
  const char* const name = ::strerrorname_np(error);
  return name != nullptr ? std::string(name) : fmt::format("E{}", error);
}

}  // namespace mxsweep::cli
