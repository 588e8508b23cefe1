// SPDX-License-Identifier: MIT
#include "mxsweep/sink/visit_log.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "support/catch.h"

namespace mxsweep::sink {
namespace {

class MemoryFile {
 public:
  MemoryFile() : descriptor_(::memfd_create("visits", MFD_CLOEXEC)) { REQUIRE(descriptor_ >= 0); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(descriptor_); }

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] std::string text() const {
    std::string text(static_cast<std::size_t>(::lseek(descriptor_, 0, SEEK_END)), '\0');
    REQUIRE(::pread(descriptor_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
    return text;
  }

 private:
  int descriptor_;
};

Instant at(std::int64_t nanoseconds) { return Instant{Duration{nanoseconds}}; }

TEST_CASE("a visit is one line, written when its thread's lines end", "[sink][visit_log]") {
  const MemoryFile file;
  VisitLog log(file.descriptor());
  {
    VisitLines lines(log);
    lines.add({.peer = {*parse_address("127.0.0.1"), 40000},
               .local = {*parse_address("127.3.0.1"), 2525},
               .opened = at(12),
               .closed = at(3'000'000'000)});
    lines.add({.peer = {*parse_address("::1"), 40001},
               .local = {*parse_address("::1"), 25},
               .opened = at(12),
               .closed = at(12)});
    CHECK(file.text().empty());
  }
  CHECK(file.text() ==
        "{\"peer\":\"127.0.0.1:40000\",\"local\":\"127.3.0.1:2525\",\"opened\":12,"
        "\"closed\":3000000000}\n"
        "{\"peer\":\"[::1]:40001\",\"local\":\"[::1]:25\",\"opened\":12,\"closed\":12}\n");
}

TEST_CASE("a connection that was reset before it was accepted has no peer", "[sink][visit_log]") {
  const MemoryFile file;
  VisitLog log(file.descriptor());
  { VisitLines(log).add({.peer = {}, .local = {*parse_address("127.3.0.1"), 2525}}); }
  CHECK(file.text() ==
        "{\"peer\":\":0\",\"local\":\"127.3.0.1:2525\",\"opened\":0,\"closed\":0}\n");
}

TEST_CASE("many visits are written many at a time, in whole lines", "[sink][visit_log]") {
  const MemoryFile file;
  VisitLog log(file.descriptor());
  VisitLines lines(log);
  const Visit visit{.peer = {*parse_address("127.0.0.1"), 40000},
                    .local = {*parse_address("127.3.0.1"), 2525}};
  while (file.text().empty()) lines.add(visit);
  CHECK(file.text().size() >= VisitLines::kWrittenAtOnce);
  CHECK(file.text().size() < VisitLines::kWrittenAtOnce + 200);
  CHECK(file.text().ends_with("}\n"));
}

TEST_CASE("the first failed write is kept", "[sink][visit_log]") {
  VisitLog log(-1);
  CHECK(log.failure() == 0);
  log.write("");
  CHECK(log.failure() == 0);
  log.write("line\n");
  CHECK(log.failure() == EBADF);
}

}  // namespace
}  // namespace mxsweep::sink
