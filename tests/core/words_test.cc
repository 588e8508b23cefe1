// SPDX-License-Identifier: MIT
// The words of the schema: every value of every closed list has one, and no two have the same.
#include <set>
#include <string_view>

#include "mxsweep/core/anomaly.h"
#include "mxsweep/core/finding.h"
#include "mxsweep/core/outcome.h"
#include "support/catch.h"

namespace mxsweep {
namespace {

// Words are lower case with dots, hyphens and underscores: they need no quoting in any tool.
template <typename Enum>
void expect_distinct_words(std::size_t count) {
  std::set<std::string_view> words;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view word = to_string(static_cast<Enum>(i));
    INFO("value " << i << ", word '" << word << "'");
    CHECK_FALSE(word.empty());
    CHECK(word.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-") == word.npos);
    CHECK(words.insert(word).second);
  }
}

TEST_CASE("every phase has a word of its own", "[core][words]") {
  STATIC_REQUIRE(kPhaseCount == static_cast<std::size_t>(Phase::quit) + 1);
  expect_distinct_words<Phase>(kPhaseCount);
}

TEST_CASE("every outcome has a word of its own", "[core][words]") {
  STATIC_REQUIRE(kOutcomeCount == static_cast<std::size_t>(Outcome::local) + 1);
  expect_distinct_words<Outcome>(kOutcomeCount);
}

TEST_CASE("every cause has a word of its own", "[core][words]") {
  expect_distinct_words<Cause>(kCauseCount);
}

TEST_CASE("every anomaly has a word of its own and a place in the set", "[core][words]") {
  expect_distinct_words<Anomaly>(kAnomalyCount);
  AnomalySet all;
  CHECK(all.empty());
  for (std::size_t i = 0; i < kAnomalyCount; ++i) {
    const auto anomaly = static_cast<Anomaly>(i);
    CHECK_FALSE(all.has(anomaly));
    all.add(anomaly);
    CHECK(all.has(anomaly));
  }
  AnomalySet joined;
  joined.add(Anomaly::bare_lf);
  joined.add(all);
  CHECK(joined == all);
}

TEST_CASE("every finding has a word of its own and a place in the set", "[core][words]") {
  expect_distinct_words<Finding>(kFindingCount);
  FindingSet all;
  CHECK(all.empty());
  for (std::size_t i = 0; i < kFindingCount; ++i) {
    const auto finding = static_cast<Finding>(i);
    CHECK_FALSE(all.has(finding));
    all.add(finding);
    CHECK(all.has(finding));
  }
  FindingSet joined;
  joined.add(Finding::mx_is_alias);
  joined.add(all);
  for (std::size_t i = 0; i < kFindingCount; ++i) CHECK(joined.has(static_cast<Finding>(i)));
}

}  // namespace
}  // namespace mxsweep
