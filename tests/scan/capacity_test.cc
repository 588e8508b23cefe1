// SPDX-License-Identifier: MIT
#include "mxsweep/scan/capacity.h"

#include "support/catch.h"

namespace mxsweep::scan {
namespace {

TEST_CASE("the default fits where it can, and is lowered with a word where it cannot",
          "[capacity]") {
  const CapacityPlan usual = plan_capacity({.processors = 2, .descriptor_limit = 20'000});
  REQUIRE_FALSE(usual.refusal);
  CHECK(usual.capacity.concurrency == kConcurrencyDefault);
  CHECK(usual.capacity.threads == 2);
  CHECK(usual.capacity.per_worker == kConcurrencyDefault);
  CHECK(usual.capacity.note.empty());

  const CapacityPlan low = plan_capacity({.processors = 2, .descriptor_limit = 256});
  REQUIRE_FALSE(low.refusal);
  CHECK(low.capacity.concurrency < 256);
  CHECK(low.capacity.concurrency > 200);
  CHECK(low.capacity.note.find("256") != std::string::npos);
}

TEST_CASE("more than the limit on open files is refused, with the cure", "[capacity]") {
  const CapacityPlan plan = plan_capacity({.concurrency = 50'000, .descriptor_limit = 20'000});
  REQUIRE(plan.refusal);
  CHECK(plan.refusal->cause.find("50000") != std::string::npos);
  CHECK(plan.refusal->cure.find("--exceed-nofile") != std::string::npos);
}

TEST_CASE("a ring has room for its worker's share of the connections", "[capacity]") {
  const auto submissions = [](std::uint32_t concurrency, std::uint32_t threads) {
    const CapacityPlan plan = plan_capacity(
        {.concurrency = concurrency, .threads = threads, .descriptor_limit = 1'000'000});
    REQUIRE_FALSE(plan.refusal);
    CHECK(plan.capacity.completions == 8 * plan.capacity.submissions);
    return plan.capacity.submissions;
  };
  CHECK(submissions(1'000, 1) == 4096);
  CHECK(submissions(100'000, 2) == 4096);
  CHECK(submissions(1'000, 8) == 512);
  CHECK(submissions(1'000, 64) == 128);
  CHECK(submissions(1, 1) == 128);
}

TEST_CASE("a limit that leaves nothing is refused also for the default", "[capacity]") {
  const CapacityPlan plan = plan_capacity({.descriptor_limit = 10});
  REQUIRE(plan.refusal);
  // Nobody asked for "--concurrency 0".
  CHECK(plan.refusal->cause.find("--concurrency 1000 ") != std::string::npos);
}

TEST_CASE("with tables of their own there are as many workers as the connections need",
          "[capacity]") {
  const CapacityPlan plan = plan_capacity(
      {.concurrency = 1'000'000, .threads = 2, .descriptor_limit = 20'000, .exceed_nofile = true});
  REQUIRE_FALSE(plan.refusal);
  const Capacity& capacity = plan.capacity;
  CHECK(capacity.own_descriptor_tables);
  CHECK(capacity.threads >= 51);
  CHECK(capacity.threads <= 53);
  CHECK(capacity.per_worker < 20'000);
  CHECK(std::uint64_t{capacity.per_worker} * capacity.threads >= 1'000'000);
  CHECK(capacity.note.find("workers instead of 2") != std::string::npos);
  CHECK(capacity.memory_octets < std::uint64_t{3} << 29U);
}

TEST_CASE("under TLS a connection is planned with what the library holds for it", "[capacity]") {
  CapacityRequest request{.concurrency = 10'000, .threads = 1, .descriptor_limit = 20'000};
  const std::uint64_t in_clear = plan_capacity(request).capacity.memory_octets;
  request.tls = true;
  const std::uint64_t under_tls = plan_capacity(request).capacity.memory_octets;
  CHECK(under_tls - in_clear == std::uint64_t{10'000} * 16 * 1024);
}

TEST_CASE("there are never more workers than conversations", "[capacity]") {
  const CapacityPlan plan =
      plan_capacity({.concurrency = 1, .threads = 8, .descriptor_limit = 20'000});
  REQUIRE_FALSE(plan.refusal);
  CHECK(plan.capacity.threads == 1);
  CHECK(plan.capacity.per_worker == 1);
}

}  // namespace
}  // namespace mxsweep::scan
