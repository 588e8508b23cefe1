// SPDX-License-Identifier: MIT
#include "mxsweep/files/rotation.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "mxsweep/files/line_file.h"
#include "support/catch.h"

namespace mxsweep::files {
namespace {

struct TemporaryFolder {
  TemporaryFolder() { REQUIRE(::mkdtemp(path.data()) != nullptr); }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  [[nodiscard]] std::string file(const std::string& name) const { return path + "/" + name; }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  std::string path = "/tmp/mxsweep-rotation-XXXXXX";
};

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream all;
  all << file.rdbuf();
  return all.str();
}

// Of whole frames; the test fails at a torn one.
std::string decompressed(std::string_view octets) {
  std::string text;
  while (!octets.empty()) {
    const std::size_t frame = ::ZSTD_findFrameCompressedSize(octets.data(), octets.size());
    REQUIRE_FALSE(::ZSTD_isError(frame));
    std::string part(::ZSTD_getFrameContentSize(octets.data(), frame), '\0');
    REQUIRE(::ZSTD_decompress(part.data(), part.size(), octets.data(), frame) == part.size());
    text += part;
    octets.remove_prefix(frame);
  }
  return text;
}

Lines lines_of(std::string_view word, std::uint64_t count) {
  Lines lines;
  for (std::uint64_t i = 0; i < count; ++i) lines.text.append(word).append("\n");
  lines.records = count;
  return lines;
}

TEST_CASE("a rotation is a size or an age", "[files][rotation]") {
  CHECK(read_rotation("100MB")->octets == 100'000'000);
  CHECK(read_rotation("1GB")->octets == 1'000'000'000);
  CHECK(read_rotation("512KiB")->octets == 512 * 1024);
  CHECK(read_rotation("2TiB")->octets == std::uint64_t{2} << 40);
  CHECK(read_rotation("1h")->age == std::chrono::hours{1});
  CHECK(read_rotation("90")->age == std::chrono::seconds{90});
  for (const char* const word : {"", "0", "1", "GB", "-1GB", "1.5GB", "1G", "1gb", "10KB", "500ms",
                                 "99999999999999999999GB", "9999999999TB", "1 GB", "1GB "}) {
    CAPTURE(word);
    CHECK((!read_rotation(word) || std::string_view(word) == "1"));
  }
}

TEST_CASE("a finished file is numbered before its extension", "[files][rotation]") {
  CHECK(numbered("out.jsonl", 1) == "out-000001.jsonl");
  CHECK(numbered("/a.b/out", 12) == "/a.b/out-000012");
  CHECK(numbered("out.jsonl.zst", 7) == "out-000007.jsonl.zst");
  CHECK(numbered("out.zst", 7) == "out-000007.zst");
  CHECK(numbered(".hidden", 1) == ".hidden-000001");
  CHECK(numbered("out.jsonl", 12'345'678) == "out-12345678.jsonl");
}

TEST_CASE("a file of an earlier sweep is found by its number", "[files][rotation]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("out.jsonl");
  for (const char* const other : {"out.jsonl", "out-1.jsonl", "out-00000x.jsonl", "out-000001.json",
                                  "xout-000001.jsonl", "out-000001.jsonl.zst"}) {
    std::ofstream(folder.file(other)) << "x";
  }
  CHECK(find_numbered(path).empty());
  std::ofstream(folder.file("out-000031.jsonl")) << "x";
  CHECK(find_numbered(path) == folder.file("out-000031.jsonl"));
  LineFile file;
  const Status opened = file.open(path, {.rotation = {.octets = 100'000}});
  CHECK(opened.sentence().find("earlier sweep") != std::string::npos);
}

TEST_CASE("files are rotated by size, and each has whole lines", "[files][rotation]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("out.jsonl");
  std::string all;
  {
    LineFile file;
    REQUIRE(file.open(path, {.rotation = {.octets = 100'000}}).ok());
    REQUIRE(file.begin().ok());
    for (int i = 0; i < 10; ++i) {
      const Lines lines = lines_of(std::string(999, static_cast<char>('a' + i)), 40);
      if (file.rotation_due(lines.text.size(), {})) file.rotate();
      file.write(lines);
      all += lines.text;
    }
    file.close();
    CHECK_FALSE(file.failed());
    CHECK(file.records() == 400);
    CHECK(file.octets() == 400'000);
  }
  CHECK(folder.names() == std::vector<std::string>{"out-000001.jsonl", "out-000002.jsonl",
                                                   "out-000003.jsonl", "out-000004.jsonl",
                                                   "out.jsonl"});
  std::string seen;
  for (const std::string& name : folder.names()) {
    const std::string part = content(folder.file(name));
    CHECK(part.size() <= 100'000);
    CHECK(part.ends_with('\n'));
    seen += part;
  }
  CHECK(seen == all);
}

TEST_CASE("a finished file overwrites no other file", "[files][rotation]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("out.jsonl");
  LineFile file;
  REQUIRE(file.open(path, {.rotation = {.octets = 100'000}}).ok());
  REQUIRE(file.begin().ok());
  file.write(lines_of("mine", 1));
  std::ofstream(folder.file("out-000001.jsonl")) << "another's\n";
  file.rotate();
  CHECK(file.failed());
  CHECK(file.failure().sentence().find("out-000001.jsonl: File exists") != std::string::npos);
  CHECK(content(folder.file("out-000001.jsonl")) == "another's\n");
  CHECK(content(path) == "mine\n");
}

TEST_CASE("a file is rotated by age from its first line on", "[files][rotation]") {
  const TemporaryFolder folder;
  LineFile file;
  REQUIRE(file.open(folder.file("out"), {.rotation = {.age = std::chrono::hours{1}}}).ok());
  REQUIRE(file.begin().ok());
  CHECK(file.rotation_at() == kNever);
  file.write(lines_of("a line", 1));
  const Instant at = file.rotation_at();
  REQUIRE(at != kNever);
  CHECK_FALSE(file.rotation_due(0, at - Duration{1}));
  CHECK(file.rotation_due(0, at));
  file.rotate();
  CHECK(file.rotation_at() == kNever);
  CHECK(folder.names() == std::vector<std::string>{"out", "out-000001"});
}

TEST_CASE("a file that was renamed is opened again under its name", "[files][rotation]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("out.jsonl");
  LineFile file;
  REQUIRE(file.open(path, {}).ok());
  REQUIRE(file.begin().ok());
  file.write(lines_of("one", 1));
  file.reopen();  // It was not renamed.
  file.write(lines_of("two", 1));
  REQUIRE(std::rename(path.c_str(), folder.file("moved").c_str()) == 0);
  file.write(lines_of("three", 1));
  file.reopen();
  file.write(lines_of("four", 1));
  file.close();
  CHECK_FALSE(file.failed());
  CHECK(content(folder.file("moved")) == "one\ntwo\nthree\n");
  CHECK(content(path) == "four\n");
}

TEST_CASE("each chunk becomes a frame of its own", "[files][zstd]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("out.jsonl.zst");
  std::string all;
  LineFile file;
  REQUIRE(file.open(path, {.zstd = true}).ok());
  REQUIRE(file.begin().ok());
  for (int i = 0; i < 20; ++i) {
    const Lines lines = lines_of("record number " + std::to_string(i), 100);
    file.write(lines);
    all += lines.text;
    // What was written can be read at each moment.
    CHECK(decompressed(content(path)) == all);
  }
  CHECK(file.records() == 2000);
  CHECK(file.octets() == content(path).size());
  CHECK(file.octets() < all.size() / 4);
  file.close();
}

TEST_CASE("compressed files are rotated by their own size", "[files][zstd]") {
  const TemporaryFolder folder;
  LineFile file;
  REQUIRE(
      file.open(folder.file("out.jsonl.zst"), {.zstd = true, .rotation = {.octets = 500}}).ok());
  REQUIRE(file.begin().ok());
  std::string all;
  for (int i = 0; i < 50; ++i) {
    const Lines lines = lines_of("record number " + std::to_string(i), 100);
    if (file.rotation_due(lines.text.size(), {})) file.rotate();
    file.write(lines);
    all += lines.text;
  }
  file.close();
  std::vector<std::string> names = folder.names();
  CHECK(names.size() > 3);
  CHECK(names.front() == "out-000001.jsonl.zst");
  std::string seen;
  for (const std::string& name : names) seen += decompressed(content(folder.file(name)));
  CHECK(seen == all);
}

}  // namespace
}  // namespace mxsweep::files
