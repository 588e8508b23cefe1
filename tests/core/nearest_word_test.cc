// SPDX-License-Identifier: MIT
#include "mxsweep/core/nearest_word.h"

#include <string>
#include <vector>

#include "support/catch.h"

namespace mxsweep {
namespace {

const std::vector<std::string> kKnown = {"--rate",        "--retries",    "--concurrency",
                                         "--tls",         "--tls-min",    "--connect-timeout",
                                         "--tls-timeout", "--input-file", "--summary"};

TEST_CASE("mistakes are letters left out, added, replaced or exchanged", "[core][words]") {
  CHECK(mistakes_between("", "") == 0);
  CHECK(mistakes_between("rate", "rate") == 0);
  CHECK(mistakes_between("", "rate") == 4);
  CHECK(mistakes_between("rate", "") == 4);
  CHECK(mistakes_between("rat", "rate") == 1);
  CHECK(mistakes_between("raate", "rate") == 1);
  CHECK(mistakes_between("rbte", "rate") == 1);
  CHECK(mistakes_between("raet", "rate") == 1);
  CHECK(mistakes_between("scna", "scan") == 1);
  CHECK(mistakes_between("sink", "scan") == 3);
}

TEST_CASE("a misspelt word suggests the one that was meant", "[core][words]") {
  CHECK(nearest_word("--rat", kKnown) == "--rate");
  CHECK(nearest_word("--conc", kKnown) == "--concurrency");
  CHECK(nearest_word("--concurency", kKnown) == "--concurrency");
  CHECK(nearest_word("--input_file", kKnown) == "--input-file");
  CHECK(nearest_word("--inputfile", kKnown) == "--input-file");
  CHECK(nearest_word("--tlsmin", kKnown) == "--tls-min");
  CHECK(nearest_word("--conect-timeout", kKnown) == "--connect-timeout");
  CHECK(nearest_word("--sumary", kKnown) == "--summary");
}

TEST_CASE("a word like none of the known ones, or like several, suggests nothing",
          "[core][words]") {
  CHECK(nearest_word("--nonsense", kKnown).empty());
  CHECK(nearest_word("--verbose", kKnown).empty());
  CHECK(nearest_word("--", kKnown).empty());
  CHECK(nearest_word("", kKnown).empty());
  CHECK(nearest_word(std::string(100'000, 'x'), kKnown).empty());
  const std::vector<std::string> twins = {"cat", "car"};
  CHECK(nearest_word("caz", twins).empty());
  CHECK(nearest_word("rate", {}).empty());
}

}  // namespace
}  // namespace mxsweep
