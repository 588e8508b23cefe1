// SPDX-License-Identifier: MIT
#include "mxsweep/files/output.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/catch.h"

namespace mxsweep::files {
namespace {

struct TemporaryFile {
  TemporaryFile() {
    const int descriptor = ::mkstemp(path.data());
    REQUIRE(descriptor >= 0);
    ::close(descriptor);
  }
  ~TemporaryFile() { ::unlink(path.c_str()); }
  std::string path = "/tmp/mxsweep-output-XXXXXX";
};

std::string content(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream all;
  all << file.rdbuf();
  return all.str();
}

// Appends a line as long as the record of an ordinary server.
void add_record(Outbox& outbox, std::string_view target) {
  outbox.begin_line({})
      .append("{\"target\":\"")
      .append(target)
      .append("\",\"rest\":\"")
      .append(200, '.')
      .append("\"}\n");
  outbox.end_line({});
}

TEST_CASE("a file that is appended to keeps what it has", "[files][output]") {
  const TemporaryFile file;
  std::ofstream(file.path) << "before\n";
  for (const std::string_view line : {"first\n", "second\n"}) {
    Output output;
    REQUIRE(output.open(file.path, {.zstd = false, .append = true}).ok());
    Outbox& outbox = output.add_outbox();
    REQUIRE(output.begin().ok());
    outbox.begin_line({}).append(line);
    outbox.end_line({});
    outbox.flush({});
    output.finish();
    output.run();
    CHECK(output.file(0).records() == 1);
  }
  CHECK(content(file.path) == "before\nfirst\nsecond\n");
}

TEST_CASE("lines of several producers arrive whole and are all counted", "[files][output]") {
  const TemporaryFile file;
  constexpr int kProducers = 4;
  constexpr int kLines = 5000;
  std::uint64_t records = 0;
  std::uint64_t octets = 0;
  {
    Output output;
    REQUIRE(output.open(file.path).ok());
    std::array<Outbox*, kProducers> outboxes{};
    for (Outbox*& outbox : outboxes) outbox = &output.add_outbox();
    std::thread writer([&] { output.run(); });
    std::vector<std::thread> producers;
    for (int p = 0; p < kProducers; ++p) {
      producers.emplace_back([&, p] {
        Outbox& outbox = *outboxes[static_cast<std::size_t>(p)];
        const std::string name = "producer-" + std::to_string(p);
        for (int i = 0; i < kLines; ++i) add_record(outbox, name);
        while (!outbox.drained()) outbox.flush({});
      });
    }
    for (std::thread& producer : producers) producer.join();
    output.finish();
    writer.join();
    records = output.file(0).records();
    octets = output.file(0).octets();
    CHECK_FALSE(output.failed());
  }
  CHECK(records == kProducers * kLines);
  std::istringstream lines(content(file.path));
  std::string line;
  std::uint64_t seen = 0;
  std::uint64_t seen_octets = 0;
  while (std::getline(lines, line)) {
    ++seen;
    seen_octets += line.size() + 1;
    REQUIRE(line.starts_with("{\"target\":"));
    REQUIRE(line.ends_with("}"));
  }
  CHECK(seen == records);
  CHECK(seen_octets == octets);
}

TEST_CASE("a chunk that was written is reused", "[files][output]") {
  threads::Doorbell writer;
  Outbox outbox(writer, kLineAgeMax);
  Chunk chunk;
  add_record(outbox, "192.0.2.1");
  outbox.flush(Instant{});
  REQUIRE(outbox.take(chunk));
  const char* const memory = chunk.files[0].text.data();
  const std::string lines = chunk.files[0].text;
  outbox.give_back(chunk);
  add_record(outbox, "192.0.2.1");
  outbox.flush(Instant{});
  REQUIRE(outbox.take(chunk));
  CHECK(chunk.files[0].text.data() == memory);
  CHECK(chunk.files[0].text == lines);
  CHECK(chunk.files[0].records == 1);
}

TEST_CASE("a producer whose writer is slow is backpressured and loses nothing", "[files][output]") {
  const TemporaryFile file;
  Output output;
  REQUIRE(output.open(file.path).ok());
  Outbox& outbox = output.add_outbox();
  std::uint64_t added = 0;
  while (!outbox.backpressured()) {
    add_record(outbox, "192.0.2.1");
    ++added;
  }
  // Records of conversations that were already open still fit.
  for (int i = 0; i < 1000; ++i, ++added) add_record(outbox, "192.0.2.2");
  CHECK(outbox.backpressured());
  // flush() is not called again at once while the writer is busy.
  const Instant now{std::chrono::seconds{5}};
  outbox.flush(now);
  CHECK(outbox.flush_at() == now + kBackpressureRetry);
  std::thread writer([&] { output.run(); });
  while (!outbox.drained()) outbox.flush({});
  CHECK_FALSE(outbox.backpressured());
  output.finish();
  writer.join();
  CHECK(output.file(0).records() == added);
}

TEST_CASE("a reader that closes the pipe is reported, and no producer waits for it",
          "[files][output]") {
  std::signal(SIGPIPE, SIG_IGN);  // As a sweep does.
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const std::string path = "/proc/self/fd/" + std::to_string(ends[1]);
  Output output;
  REQUIRE(output.open(path).ok());
  ::close(ends[0]);
  ::close(ends[1]);
  threads::Doorbell bell;
  output.notify_at_end(bell);
  Outbox& outbox = output.add_outbox();
  std::thread writer([&] { output.run(); });
  for (int i = 0; i < 20'000; ++i) add_record(outbox, "192.0.2.1");
  while (!outbox.drained()) outbox.flush({});
  output.finish();
  writer.join();
  CHECK(output.failed());
  CHECK(output.failure().sentence().find("reader has closed") != std::string::npos);
  CHECK(output.file(0).records() == 0);
}

TEST_CASE("an output that cannot be opened is reported by its name", "[files][output]") {
  Output output;
  CHECK(output.open("/nonexistent/records.jsonl").sentence() ==
        "/nonexistent/records.jsonl: No such file or directory");
}

TEST_CASE("a stalled reader cannot delay a sweep that must stop at once", "[files][output]") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  std::uint64_t counted = 0;
  {
    Output output;
    REQUIRE(output.open("/proc/self/fd/" + std::to_string(ends[1])).ok());
    ::close(ends[1]);
    Outbox& outbox = output.add_outbox();
    std::thread writer([&] { output.run(); });
    for (int i = 0; i < 2000; ++i) add_record(outbox, "192.0.2.1");
    outbox.flush({});
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    output.stop_waiting_for_reader();
    output.finish();
    writer.join();
    CHECK(output.failed());
    counted = output.file(0).records();
  }
  CHECK(counted < 2000);
  std::string seen;
  std::array<char, 4096> block{};
  for (ssize_t n = 0; (n = ::read(ends[0], block.data(), block.size())) > 0;) {
    seen.append(block.data(), static_cast<std::size_t>(n));
  }
  ::close(ends[0]);
  CHECK(static_cast<std::uint64_t>(std::count(seen.begin(), seen.end(), '\n')) == counted);
}

// What a stalled reader finds after the sweep had to stop at once, of 20 records of 30,000 octets;
// and what the output reports of them.
struct Left {
  std::string seen;
  std::uint64_t counted = 0;
  std::string failure;
};

Left leave_stalled_reader(const std::array<int, 2>& ends) {
  Left left;
  const std::string target(30'000, 'x');
  {
    Output output;
    REQUIRE(output.open("/proc/self/fd/" + std::to_string(ends[1])).ok());
    ::close(ends[1]);
    Outbox& outbox = output.add_outbox();
    std::thread writer([&] { output.run(); });
    for (int i = 0; i < 20; ++i) add_record(outbox, target);
    outbox.flush({});
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    output.stop_waiting_for_reader();
    while (!outbox.drained()) outbox.flush({});
    output.finish();
    writer.join();
    CHECK(output.failed());
    CHECK(output.file(0).records() + output.file(0).records_lost() == 20);
    left.counted = output.file(0).records();
    left.failure = output.failure().sentence();
  }
  std::array<char, 4096> block{};
  for (ssize_t n = 0; (n = ::read(ends[0], block.data(), block.size())) > 0;) {
    left.seen.append(block.data(), static_cast<std::size_t>(n));
  }
  ::close(ends[0]);
  CHECK(static_cast<std::uint64_t>(std::count(left.seen.begin(), left.seen.end(), '\n')) ==
        left.counted);
  return left;
}

TEST_CASE("a record too long for one write is whole or absent in the pipe of a stalled reader",
          "[files][output]") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const Left left = leave_stalled_reader(ends);
  CHECK(left.counted >= 2);
  CHECK(left.counted < 20);
  CHECK(left.seen.ends_with("}\n"));
  CHECK(left.failure.find("TORN") == std::string::npos);
}

TEST_CASE("a record that cannot be completed is reported as torn", "[files][output]") {
  std::array<int, 2> ends{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
  const int octets = 40'000;
  REQUIRE(::setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &octets, sizeof octets) == 0);
  const Left left = leave_stalled_reader(ends);
  CHECK(left.seen.ends_with('\n') == (left.failure.find("TORN") == std::string::npos));
}

}  // namespace
}  // namespace mxsweep::files
