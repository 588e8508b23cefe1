// SPDX-License-Identifier: MIT
// The kept inputs of the dialogue's fuzz target make records that are valid by the schema.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/catch.h"
#include "support/dialogue_run.h"
#include "support/kept_records.h"

namespace mxsweep::probe {
namespace {

TEST_CASE("every record of the dialogue's fuzz corpus is valid by the schema", "[probe]") {
  const Plan plan("scanner.example.net");
  results::KeptRecords records;
  for (const auto& file :
       std::filesystem::directory_iterator(MXSWEEP_SOURCE_DIR "/tests/fuzz/corpus/dialogue")) {
    std::ifstream input(file.path(), std::ios::binary);
    const std::string octets(std::istreambuf_iterator<char>(input), {});
    CAPTURE(file.path());
    fuzz::Run run(plan, fuzz::Cut::as_given);
    records.add(run.play(octets));
  }
  CHECK(records.size() > 5);
  records.expect_valid();
}

}  // namespace
}  // namespace mxsweep::probe
