// SPDX-License-Identifier: MIT
#include "monitor/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <string_view>

#include "mxsweep/files/content.h"

namespace mxsweep::monitor {
namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// The second number of /proc/self/statm: pages in memory.
std::uint64_t resident_octets() {
  const Result<std::string> read = files::read_text("/proc/self/statm", 4096);
  if (!read.ok()) return 0;
  const std::size_t blank = read->find(' ');
  if (blank == std::string::npos) return 0;
  std::uint64_t pages = 0;
  std::from_chars(read->data() + blank + 1, read->data() + read->size(), pages);
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t open_descriptors() {
  std::error_code error;
  std::uint64_t count = 0;
  for (std::filesystem::directory_iterator each("/proc/self/fd", error), end; !error && each != end;
       each.increment(error)) {
    ++count;
  }
  return count > 0 ? count - 1 : 0;  // Without that of the folder.
}

}  // namespace

void measure_process(api::ProcessFacts& facts) {
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) == 0) {
    facts.cpu_seconds = seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
  }
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) facts.descriptors_max = limit.rlim_cur;
  facts.resident_bytes = resident_octets();
  facts.open_descriptors = open_descriptors();
}

}  // namespace mxsweep::monitor
