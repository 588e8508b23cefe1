// SPDX-License-Identifier: MIT
#include "mxsweep/files/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "mxsweep/files/together.h"
#include "mxsweep/files/whole_file.h"
#include "support/catch.h"

namespace mxsweep::files {
namespace {

struct Folder {
  Folder() { REQUIRE(::mkdtemp(path.data()) != nullptr); }
  ~Folder() { std::filesystem::remove_all(path); }
  [[nodiscard]] std::string file(const std::string& name) const { return path + "/" + name; }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(file(name)) << text;
    return file(name);
  }
  [[nodiscard]] std::string content(const std::string& name) const {
    std::ifstream stream(file(name));
    std::ostringstream all;
    all << stream.rdbuf();
    return all.str();
  }
  std::string path = "/tmp/mxsweep-files-XXXXXX";
};

TEST_CASE("a file that was opened and not begun is unchanged", "[files]") {
  const Folder folder;
  const std::string old = folder.write("old", "kept");
  {
    OutputFile file;
    OutputFile fresh;
    CHECK(file.open(old).ok());
    CHECK(fresh.open(folder.file("new")).ok());
    CHECK(std::filesystem::exists(folder.file("new")));
  }
  CHECK(folder.content("old") == "kept");
  CHECK_FALSE(std::filesystem::exists(folder.file("new")));
}

TEST_CASE("a symbolic link to a file that does not exist stays a link", "[files]") {
  const Folder folder;
  std::filesystem::create_symlink("new", folder.file("link"));
  {
    OutputFile file;
    CHECK(file.open(folder.file("link")).ok());
    CHECK(std::filesystem::exists(folder.file("new")));
  }
  CHECK(std::filesystem::is_symlink(folder.file("link")));
  CHECK_FALSE(std::filesystem::exists(folder.file("new")));
}

TEST_CASE("a file that was begun is truncated and stays", "[files]") {
  const Folder folder;
  const std::string old = folder.write("old", "lost");
  {
    OutputFile file;
    OutputFile fresh;
    REQUIRE(file.open(old).ok());
    REQUIRE(fresh.open(folder.file("new")).ok());
    CHECK(file.begin().ok());
    CHECK(fresh.begin().ok());
    CHECK(::write(file.descriptor(), "x", 1) == 1);
    CHECK(file.close() == 0);
  }
  CHECK(folder.content("old") == "x");
  CHECK(std::filesystem::exists(folder.file("new")));
}

TEST_CASE("a path that names a descriptor stands for that descriptor", "[files]") {
  const Folder folder;
  const int descriptor = ::open(folder.write("old", "abc").c_str(), O_WRONLY | O_APPEND);
  REQUIRE(descriptor >= 0);
  for (const std::string& path :
       {"/dev/fd/" + std::to_string(descriptor), "/proc/self/fd/" + std::to_string(descriptor)}) {
    OutputFile file;
    REQUIRE(file.open(path).ok());
    CHECK(file.is_inherited());
    CHECK(file.begin().ok());
    CHECK(::write(file.descriptor(), "d", 1) == 1);
    CHECK(file.close() == 0);
    CHECK(::fcntl(descriptor, F_GETFD) >= 0);  // An inherited descriptor is left open.
  }
  ::close(descriptor);
  CHECK(folder.content("old") == "abcdd");
  OutputFile closed;
  CHECK(closed.open("/dev/fd/" + std::to_string(descriptor))
            .sentence()
            .find("not open for writing") != std::string::npos);
  const int reading = ::open(folder.file("old").c_str(), O_RDONLY);
  CHECK_FALSE(OutputFile().open("/dev/fd/" + std::to_string(reading)).ok());
  ::close(reading);
  CHECK(named_descriptor("-", 2) == 2);
  CHECK(named_descriptor("/dev/fd/", 2) == -1);
  CHECK(named_descriptor("/dev/fd/1x", 2) == -1);
  CHECK(named_descriptor("/dev/null", 2) == -1);
}

TEST_CASE("inherited descriptors may share a file, and files that we open may not", "[files]") {
  const Folder folder;
  const std::string path = folder.write("log", "");
  const int one = ::open(path.c_str(), O_WRONLY | O_APPEND);
  const int other = ::dup(one);
  const Named first{"-", "--output-file", one};
  const Named second{"-", "--summary", other};
  CHECK(check_together({}, {first, second}).ok());
  CHECK(check_together({}, {first, {path, "--certs"}}).sentence().find("is the same file for") !=
        std::string::npos);
  CHECK(check_together({{path, "the list"}}, {first}).sentence().find("is the list itself") !=
        std::string::npos);
  CHECK(check_together({{path, "the list"}, {path, "an input"}}, {}).ok());
  ::close(one);
  ::close(other);
}

TEST_CASE("a whole file that cannot be replaced is written in place", "[files]") {
  const Folder folder;
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  CHECK(write_whole("-", "whole\n", ends[1]).ok());
  std::array<char, 16> read{};
  CHECK(::read(ends[0], read.data(), read.size()) == 6);
  ::close(ends[0]);
  ::close(ends[1]);
  CHECK(write_whole("/dev/null", "whole\n").ok());
  CHECK(write_whole("/dev/full", "whole\n").sentence() == "/dev/full: No space left on device");
  CHECK(write_whole(folder.file("none/file"), "whole\n").sentence().find("No such file") !=
        std::string::npos);
  // A name so long that the temporary file's name would be too long.
  const std::string longest(255, 'n');
  CHECK(write_whole(folder.file(longest), "whole\n").ok());
  CHECK(folder.content(longest) == "whole\n");
}

}  // namespace
}  // namespace mxsweep::files
