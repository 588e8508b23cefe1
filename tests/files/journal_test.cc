// SPDX-License-Identifier: MIT
#include "mxsweep/files/journal.h"

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "mxsweep/files/output.h"
#include "support/catch.h"

namespace mxsweep::files {
namespace {

struct TemporaryFolder {
  TemporaryFolder() { REQUIRE(::mkdtemp(path.data()) != nullptr); }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  [[nodiscard]] std::string file(const std::string& name) const { return path + "/" + name; }
  std::string path = "/tmp/mxsweep-journal-XXXXXX";
};

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream all;
  all << file.rdbuf();
  return all.str();
}

// Keeps what it was given, and what the file had at each save.
class Notebook : public Journal {
 public:
  explicit Notebook(std::string path) : path_(std::move(path)) {}

  void on_written(std::vector<Completion>& completions, Lines& summaries) override {
    for (const Completion& completion : completions) {
      numbers.push_back(completion.number);
      if (completion.summary.empty()) continue;
      summaries.text += completion.summary;
      ++summaries.records;
    }
  }
  Status save(const std::vector<Position>& positions, bool finished) override {
    saved.push_back(positions.front());
    numbers_saved.push_back(numbers.size());
    if (positions.front().renaming == 0) {
      // The file is never behind the journal.
      CHECK(std::filesystem::file_size(path_) == positions.front().octets);
    }
    has_finished = finished;
    return fails ? Status::io("state: No space left on device") : Status();
  }

  std::vector<std::uint64_t> numbers;
  std::vector<Position> saved;
  std::vector<std::size_t> numbers_saved;
  bool has_finished = false;
  bool fails = false;

 private:
  std::string path_;
};

void add_record(Outbox& outbox, std::uint64_t number, std::size_t octets = 100) {
  outbox.begin_line({}).append(octets - 1, 'x').append("\n");
  outbox.add_completion({.number = number}, {});
  outbox.end_line({});
}

void run_to_end(Output& output, Outbox& outbox, bool finished) {
  std::thread writer([&] { output.run(); });
  while (!outbox.drained()) outbox.flush({});
  output.finish(finished);
  writer.join();
}

TEST_CASE("what a line completes is reported when the line is written", "[files][journal]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("out");
  Notebook notebook(path);
  Output output;
  REQUIRE(output.open(path).ok());
  REQUIRE(output.open(folder.file("domains")).ok());
  REQUIRE(output.keep(notebook, kSaveEveryDefault, 1).ok());
  REQUIRE(output.begin().ok());
  CHECK(notebook.saved.size() == 1);  // So that a crash right after the start can be resumed.
  Outbox& outbox = output.add_outbox();
  for (std::uint64_t i = 0; i < 2000; ++i) add_record(outbox, i);
  outbox.add_completion({.number = 2000, .parts = 0, .summary = "a domain\n"}, {});
  run_to_end(output, outbox, true);
  REQUIRE_FALSE(output.failed());
  CHECK(notebook.numbers.size() == 2001);
  CHECK(notebook.saved.back().octets == 200'000);
  CHECK(notebook.saved.back().records == 2000);
  CHECK(notebook.numbers_saved.back() == 2001);
  CHECK(notebook.has_finished);
  CHECK(content(folder.file("domains")) == "a domain\n");
}

TEST_CASE("the journal is saved before and after a file gets its number", "[files][journal]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("out.jsonl");
  Notebook notebook(path);
  Output output;
  REQUIRE(output.open(path, {.rotation = {.octets = 100'000}}).ok());
  REQUIRE(output.keep(notebook, std::chrono::hours{1}, 0).ok());
  REQUIRE(output.begin().ok());
  Outbox& outbox = output.add_outbox();
  for (std::uint64_t i = 0; i < 1500; ++i) add_record(outbox, i);
  run_to_end(output, outbox, false);
  REQUIRE_FALSE(output.failed());
  REQUIRE(notebook.saved.size() == 4);
  const Position& before = notebook.saved[1];
  const Position& after = notebook.saved[2];
  CHECK(before.renaming == content(folder.file("out-000001.jsonl")).size());
  CHECK((before.number == 2 && before.octets == 0));
  CHECK((after.number == 2 && after.octets == 0 && after.renaming == 0));
  CHECK(notebook.numbers_saved[1] == notebook.numbers_saved[2]);
  CHECK_FALSE(notebook.has_finished);
}

TEST_CASE("a chunk that does not fit is undone, and the rest of the sweep is not recorded",
          "[files][journal]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("out");
  Notebook notebook(path);
  Output output;
  REQUIRE(output.open(path).ok());
  REQUIRE(output.keep(notebook, kSaveEveryDefault, 0).ok());
  REQUIRE(output.begin().ok());
  Outbox& outbox = output.add_outbox();
  for (std::uint64_t i = 0; i < 4000; ++i) add_record(outbox, i);
  std::signal(SIGXFSZ, SIG_IGN);  // As a sweep does.
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit small{.rlim_cur = 150'050, .rlim_max = before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  run_to_end(output, outbox, true);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  CHECK(output.failed());
  CHECK_FALSE(notebook.has_finished);
  const std::uint64_t written = output.file(0).records();
  CHECK(written > 0);
  CHECK(written + output.file(0).records_lost() == 4000);
  CHECK(notebook.numbers.size() == written);
  CHECK(content(path).size() == written * 100);
  CHECK(notebook.saved.back().records == written);
}

TEST_CASE("a journal that cannot be saved ends the output", "[files][journal]") {
  const TemporaryFolder folder;
  Notebook notebook(folder.file("out"));
  notebook.fails = true;
  Output output;
  REQUIRE(output.open(folder.file("out")).ok());
  REQUIRE(output.keep(notebook, kSaveEveryDefault, 0).ok());
  CHECK(output.begin().sentence() == "state: No space left on device");
}

TEST_CASE("a file goes on at its position, whatever came after it", "[files][journal]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("out");
  const Lines lines{.text = "three\n", .records = 1};
  std::ofstream(path) << "one\ntwo\ntorn li";
  {
    LineFile file;
    REQUIRE(file.open_again(path, {}, {.octets = 8, .records = 2}).ok());
    LineFile other;
    CHECK(other.open_again(path, {}, {.octets = 8, .records = 2}).sentence() ==
          path + ": another sweep is writing it");
    REQUIRE(file.begin().ok());
    file.write(lines);
    CHECK(file.records() == 1);
    CHECK(file.position().records == 3);
    CHECK(file.position().octets == 14);
    file.close();
  }
  CHECK(content(path) == "one\ntwo\nthree\n");
  LineFile shorter;
  CHECK(shorter.open_again(path, {}, {.octets = 15})
            .sentence()
            .find("has 14 octets, and had 15 at the checkpoint") != std::string::npos);
  LineFile missing;
  CHECK(missing.open_again(folder.file("none"), {}, {.octets = 1}).sentence().find("is missing") !=
        std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder.file("none")));
}

TEST_CASE("a file may or may not have got its number before the crash", "[files][journal]") {
  const FileStyle style{.rotation = {.octets = 100'000}};
  const Position position{.records = 1, .number = 2, .renaming = 4};
  const auto resumes = [&](const TemporaryFolder& folder) {
    LineFile file;
    const std::string path = folder.file("out");
    if (!file.open_again(path, style, position).ok() || !file.begin().ok()) return false;
    file.write({.text = "two\n", .records = 1});
    file.close();
    CHECK(content(path) == "two\n");
    return true;
  };
  SECTION("it had not") {
    const TemporaryFolder folder;
    std::ofstream(folder.file("out")) << "one\n";
    CHECK(resumes(folder));
    CHECK(content(folder.file("out-000001")) == "one\n");
  }
  SECTION("it had, and there was no new file yet") {
    const TemporaryFolder folder;
    std::ofstream(folder.file("out-000001")) << "one\n";
    CHECK(resumes(folder));
    CHECK(content(folder.file("out-000001")) == "one\n");
  }
  SECTION("it had, and was taken away") {
    const TemporaryFolder folder;
    std::ofstream(folder.file("out")) << "";
    CHECK(resumes(folder));
    CHECK_FALSE(std::filesystem::exists(folder.file("out-000001")));
  }
  SECTION("another file is there") {
    const TemporaryFolder folder;
    std::ofstream(folder.file("out")) << "another\n";
    CHECK_FALSE(resumes(folder));
    CHECK(content(folder.file("out")) == "another\n");
  }
}

}  // namespace
}  // namespace mxsweep::files
