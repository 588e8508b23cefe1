// SPDX-License-Identifier: MIT
#include "scan/lists.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "support/catch.h"

namespace mxsweep::scan {
namespace {

// Files of a test, in a folder that is removed with them.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "mxsweep-lists-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] files::ListSource list(const std::string& name, std::string_view octets) const {
    std::ofstream(path_ / name, std::ios::binary) << octets;
    return {.path = (path_ / name).string(), .words = {}};
  }

 private:
  std::filesystem::path path_;
};

class Pipe {
 public:
  Pipe() { REQUIRE(::pipe(ends_) == 0); }
  ~Pipe() {
    end();
    ::close(ends_[0]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  [[nodiscard]] files::ListSource list() const {
    return {.path = "/dev/fd/" + std::to_string(ends_[0]), .words = {}};
  }
  void write(std::string_view octets) const {
    REQUIRE(::write(ends_[1], octets.data(), octets.size()) == std::ssize(octets));
  }
  void end() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  int ends_[2] = {-1, -1};
};

// What the lists return, in order, until they have to wait or have ended.
struct Seen {
  std::uint64_t number;
  std::uint16_t list;
  std::uint64_t line;
  std::string text;  // "192.0.2.1:25"; of a bad line, the line.

  friend bool operator==(const Seen&, const Seen&) = default;
};

std::vector<Seen> read(Lists& lists, Lists::Next& ended, std::size_t most = SIZE_MAX) {
  std::vector<Seen> seen;
  targets::Target target;
  targets::BadLine bad;
  while (seen.size() < most) {
    ended = lists.next(target, bad);
    if (ended == Lists::Next::target) {
      const bool is_name = target.address.family == Family::none;
      const std::string host = is_name ? std::string(target.host()) : to_string(target.address);
      seen.push_back(
          {target.number, target.list, target.line, host + ":" + std::to_string(target.port)});
    } else if (ended == Lists::Next::bad_line) {
      seen.push_back({bad.number, bad.list, bad.line, std::string(bad.text)});
    } else {
      break;
    }
  }
  return seen;
}

std::vector<Seen> all_of(ListsOptions options) {
  Lists lists(std::move(options));
  REQUIRE(lists.open().ok());
  Lists::Next ended{};
  std::vector<Seen> seen = read(lists, ended);
  CHECK(ended == Lists::Next::end);
  CHECK(lists.failure().ok());
  CHECK(lists.octets_done() == lists.octets_all());
  return seen;
}

std::vector<std::string> texts(std::vector<Seen> seen, bool sort) {
  std::vector<std::string> words;
  for (const Seen& one : seen) words.push_back(one.text);
  if (sort) std::sort(words.begin(), words.end());
  return words;
}

}  // namespace

TEST_CASE("lists are read in their order, each line with its number", "[scan][lists]") {
  const Folder folder;
  const std::vector<files::ListSource> sources = {
      folder.list("a", "saddr,sport\n192.0.2.1,587\n# none\n192.0.2.2,588"),
      {.path = "-", .words = {"192.0.2.8/31", "a b"}},
      folder.list("b", "192.0.2.3\n")};
  CHECK(all_of({.sources = sources, .ports = {25, 465}}) ==
        std::vector<Seen>{{0, 0, 2, "192.0.2.1:587"},
                          {1, 0, 4, "192.0.2.2:588"},
                          {2, 1, 1, "192.0.2.8:25"},
                          {3, 1, 1, "192.0.2.8:465"},
                          {4, 1, 1, "192.0.2.9:25"},
                          {5, 1, 1, "192.0.2.9:465"},
                          {6, 1, 2, "a b"},
                          {7, 2, 1, "192.0.2.3:25"},
                          {8, 2, 1, "192.0.2.3:465"}});
}

TEST_CASE("the order of files depends on their lines, the seed and the ports", "[scan][lists]") {
  const Folder folder;
  std::string text = "rubbish rubbish\n198.51.100.0/24\n2001:db8::/120\n";
  for (int i = 0; i < 70'000; ++i) text += "10." + std::to_string(i / 250) + ".1.1\n";
  const std::vector<files::ListSource> sources = {folder.list("a", text),
                                                  folder.list("b", "192.0.2.0/24\nmx.test\n")};
  const std::vector<Seen> order = all_of({.sources = sources, .ports = {25, 465}, .seed = 7});
  CHECK(order == all_of({.sources = sources, .ports = {25, 465}, .seed = 7}));
  CHECK(order != all_of({.sources = sources, .ports = {25, 465}, .seed = 8}));
  CHECK(texts(order, true) == texts(all_of({.sources = sources, .ports = {25, 465}}), true));
  for (std::size_t i = 0; i < order.size(); ++i) REQUIRE(order[i].number == i);
  // A line that cannot be read has its record as soon as it is read.
  CHECK(order.front() == Seen{0, 0, 1, "rubbish rubbish"});
}

TEST_CASE("the lines of a pipe are returned when it has no more for now", "[scan][lists]") {
  for (const std::optional<std::uint64_t> seed : {std::optional<std::uint64_t>(7), {}}) {
    Pipe pipe;
    Lists lists({.sources = {pipe.list()}, .ports = {25}, .seed = seed});
    REQUIRE(lists.open().ok());
    Lists::Next ended{};
    CHECK(read(lists, ended).empty());
    CHECK(ended == Lists::Next::wait);
    pipe.write("192.0.2.1\n192.0.2.4/31\n192.0.2");
    CHECK(texts(read(lists, ended), true) ==
          std::vector<std::string>{"192.0.2.1:25", "192.0.2.4:25", "192.0.2.5:25"});
    CHECK(ended == Lists::Next::wait);
    pipe.write(".2\n");
    CHECK(read(lists, ended) == std::vector<Seen>{{3, 0, 3, "192.0.2.2:25"}});
    CHECK(ended == Lists::Next::wait);
    pipe.write("192.0.2.3");
    pipe.end();
    CHECK(texts(read(lists, ended), false) == std::vector<std::string>{"192.0.2.3:25"});
    CHECK(ended == Lists::Next::end);
    CHECK(lists.lines_read() == 4);
    CHECK(lists.octets_all() == 0);
  }
}

TEST_CASE("while lines wait, a pipe is read further", "[scan][lists]") {
  Pipe pipe;
  Lists lists({.sources = {pipe.list()}, .ports = {25}, .seed = 7});
  REQUIRE(lists.open().ok());
  Lists::Next ended{};
  pipe.write("192.0.2.0/24\n");
  CHECK(read(lists, ended, 10).size() == 10);
  pipe.write("198.51.100.0/24\n");
  const std::vector<Seen> rest = read(lists, ended, 100);
  CHECK(std::count_if(rest.begin(), rest.end(), [](const Seen& s) { return s.line == 2; }) > 30);
}

TEST_CASE("input that is no list ends the sweep, before it or after what was read",
          "[scan][lists]") {
  const Folder folder;
  const std::string foreign = "PK\x03\x04 and so on";
  for (const std::optional<std::uint64_t> seed : {std::optional<std::uint64_t>(7), {}}) {
    Lists files({.sources = {folder.list("a", "192.0.2.1\n"), folder.list("b", foreign)},
                 .ports = {25},
                 .seed = seed});
    CHECK(files.open().sentence().find("b: is a zip archive") != std::string::npos);
    for (const bool alone : {true, false}) {
      Pipe pipe;
      pipe.write(foreign);
      pipe.end();
      std::vector<files::ListSource> sources = {pipe.list()};
      if (!alone) sources.insert(sources.begin(), folder.list("a", "192.0.2.1\n"));
      Lists lists({.sources = sources, .ports = {25}, .seed = seed});
      REQUIRE(lists.open().ok());
      Lists::Next ended{};
      CHECK(read(lists, ended).size() == (alone ? 0 : 1));
      CHECK(ended == Lists::Next::end);
      CHECK(lists.failure().sentence().find("is a zip archive") != std::string::npos);
      CHECK(lists.no_list() == alone);
    }
  }
}

}  // namespace mxsweep::scan
