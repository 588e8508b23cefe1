// SPDX-License-Identifier: MIT
#include "mxsweep/core/status.h"

#include <memory>
#include <utility>

#include "support/catch.h"

namespace mxsweep {
namespace {

Result<std::unique_ptr<int>> number_or(bool works) {
  if (!works) return Status::unusable("it is no number");
  return std::make_unique<int>(7);
}

TEST_CASE("a status without a failure is ok and has no sentence", "[core][status]") {
  const Status status;
  CHECK(status.ok());
  CHECK(status.kind() == Status::Kind::ok);
  CHECK(status.sentence().empty());
  CHECK(status.behind("list.txt") == status);
}

TEST_CASE("a failure has a kind, a sentence and, where one is known, a cure", "[core][status]") {
  const Status refused = Status::machine("no descriptor is left", "raise the limit (ulimit -n)");
  CHECK_FALSE(refused.ok());
  CHECK(refused.kind() == Status::Kind::machine);
  CHECK(refused.line("; cure: ") == "no descriptor is left; cure: raise the limit (ulimit -n)");
  const Status missing = Status::io("No such file or directory").behind("list.txt");
  CHECK(missing.kind() == Status::Kind::io);
  CHECK(missing.line("; cure: ") == "list.txt: No such file or directory");
}

TEST_CASE("a status that was passed on is unchanged", "[core][status]") {
  Status first = Status::unusable("a label is empty");
  const Status second = std::move(first);
  CHECK(first == second);  // NOLINT: that is what is tested.
}

TEST_CASE("a result has a value, or the reason why there is none", "[core][status]") {
  Result<std::unique_ptr<int>> number = number_or(true);
  REQUIRE(number.ok());
  CHECK(number.status().ok());
  CHECK(**number == 7);
  const std::unique_ptr<int> taken = *std::move(number);
  CHECK(*taken == 7);
  const auto none = number_or(false);
  CHECK_FALSE(none.ok());
  CHECK(none.status() == Status::unusable("it is no number"));
}

}  // namespace
}  // namespace mxsweep
