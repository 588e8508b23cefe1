// SPDX-License-Identifier: MIT
#include "monitor/link_key.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <iterator>

#include "mxsweep/files/content.h"
#include "mxsweep/files/durable.h"

namespace mxsweep::monitor {
namespace {

constexpr std::size_t kOctets = 32;
constexpr std::size_t kKeyOctetsMax = 4096;

Status failed(const std::string& path, int error) {
  return Status::io(path + ": " + std::strerror(error));
}

}  // namespace

Result<watch::Secret> link_key(const std::string& directory) {
  const std::string path = directory + "/link.key";
  if (::access(path.c_str(), F_OK) == 0) {
    Result<std::string> read = files::read_text(path, kKeyOctetsMax);
    if (!read.ok()) return read.status();
    while (read->ends_with('\n')) read->pop_back();
    if (read->size() >= kOctets) return watch::Secret(*std::move(read));
  }
  std::array<unsigned char, kOctets> random{};
  if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
    return failed(path, errno);
  }
  std::string key;
  for (const unsigned char octet : random) {
    fmt::format_to(std::back_inserter(key), "{:02x}", octet);
  }
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return failed(path, errno);
  const int error = files::write_all(file, key + '\n');
  ::close(file);
  if (error != 0) return failed(path, error);
  return watch::Secret(std::move(key));
}

}  // namespace mxsweep::monitor
