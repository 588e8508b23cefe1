// SPDX-License-Identifier: MIT
#include "mxsweep/programs/run.h"

#include "support/catch.h"

namespace mxsweep::programs {
namespace {

constexpr Duration kPatience = std::chrono::seconds{30};

Result<std::string> shell(const std::string& text, Duration patience = kPatience) {
  return output_of({"sh", "-c", text}, 100, patience);
}

TEST_CASE("what a program prints is its output, without the last line end", "[programs]") {
  CHECK(*shell("echo sesame") == "sesame");
  CHECK(*shell("printf 'a\\r\\n'") == "a");
  CHECK(*shell("printf 'a\\n\\nb'") == "a\n\nb");
}

TEST_CASE("a program that fails says so, and nothing of its output", "[programs]") {
  CHECK(shell("echo sesame; exit 3").status().sentence() == "sh: exit status 3");
  CHECK(shell("echo sesame; kill -9 $$").status().sentence() == "sh: signal 9");
  CHECK(shell(":").status().sentence() == "sh: it has printed nothing");
  CHECK(shell("yes | head -c 1000").status().sentence() == "sh: it has printed too much");
  CHECK(output_of({"/nowhere/at/all"}, 100, kPatience).status().sentence() ==
        "/nowhere/at/all: No such file or directory");
}

TEST_CASE("a program that does not end is ended", "[programs]") {
  CHECK(shell("sleep 1000", std::chrono::milliseconds{100}).status().sentence() ==
        "sh: it was ended because it took longer than 100ms");
  CHECK(shell("yes", std::chrono::milliseconds{100}).status().sentence() ==
        "sh: it was ended because it took longer than 100ms");
}

}  // namespace
}  // namespace mxsweep::programs
