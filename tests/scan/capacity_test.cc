// SPDX-License-Identifier: MIT
#include "mxsweep/scan/capacity.h"

#include "support/catch.h"

namespace mxsweep::scan {
namespace {

TEST_CASE("the default is used if it fits, and otherwise lowered with a note", "[capacity]") {
  const Result<Capacity> usual = plan_capacity({.processors = 2, .descriptor_limit = 20'000});
  REQUIRE(usual.ok());
  CHECK(usual->concurrency == kConcurrencyDefault);
  CHECK(usual->threads == 2);
  CHECK(usual->per_worker == kConcurrencyDefault);
  CHECK(usual->note.empty());

  const Result<Capacity> low = plan_capacity({.processors = 2, .descriptor_limit = 256});
  REQUIRE(low.ok());
  CHECK(low->concurrency < 256);
  CHECK(low->concurrency > 200);
  CHECK(low->note.find("256") != std::string::npos);
}

TEST_CASE("descriptors that are used beside the sweep are not for connections", "[capacity]") {
  const Result<Capacity> alone = plan_capacity({.descriptor_limit = 256});
  const Result<Capacity> beside =
      plan_capacity({.descriptor_limit = 256, .descriptors_besides = 32});
  REQUIRE(beside.ok());
  CHECK(beside->fits == alone->fits - 32);
  CHECK(beside->note.find("256") != std::string::npos);
}

TEST_CASE("more than the limit on open files is refused, with the cure", "[capacity]") {
  const Result<Capacity> plan = plan_capacity({.concurrency = 50'000, .descriptor_limit = 20'000});
  REQUIRE_FALSE(plan.ok());
  CHECK(plan.status().sentence().find("50000") != std::string::npos);
  CHECK(plan.status().cure().find("--exceed-nofile") != std::string::npos);
}

TEST_CASE("a ring has room for its worker's share of the connections", "[capacity]") {
  const auto submissions = [](std::uint32_t concurrency, std::uint32_t threads) {
    const Result<Capacity> plan = plan_capacity(
        {.concurrency = concurrency, .threads = threads, .descriptor_limit = 1'000'000});
    REQUIRE(plan.ok());
    CHECK(plan->completions == 8 * plan->submissions);
    return plan->submissions;
  };
  CHECK(submissions(1'000, 1) == 4096);
  CHECK(submissions(100'000, 2) == 4096);
  CHECK(submissions(1'000, 8) == 512);
  CHECK(submissions(1'000, 64) == 128);
  CHECK(submissions(1, 1) == 128);
}

TEST_CASE("a limit that leaves nothing is refused also for the default", "[capacity]") {
  const Result<Capacity> plan = plan_capacity({.descriptor_limit = 10});
  REQUIRE_FALSE(plan.ok());
  // The message must not mention "--concurrency 0", which was not given.
  CHECK(plan.status().sentence().find("--concurrency 1000 ") != std::string::npos);
}

TEST_CASE("with tables of their own there are as many workers as the connections need",
          "[capacity]") {
  const Result<Capacity> plan = plan_capacity(
      {.concurrency = 1'000'000, .threads = 2, .descriptor_limit = 20'000, .exceed_nofile = true});
  REQUIRE(plan.ok());
  const Capacity& capacity = *plan;
  CHECK(capacity.own_descriptor_tables);
  CHECK(capacity.threads >= 51);
  CHECK(capacity.threads <= 53);
  CHECK(capacity.per_worker < 20'000);
  CHECK(std::uint64_t{capacity.per_worker} * capacity.threads >= 1'000'000);
  CHECK(capacity.note.find("workers instead of 2") != std::string::npos);
  CHECK(capacity.memory_octets < std::uint64_t{3} << 29U);
}

TEST_CASE("the plan for TLS includes the library's memory for each connection", "[capacity]") {
  CapacityRequest request{.concurrency = 10'000, .threads = 1, .descriptor_limit = 20'000};
  const std::uint64_t in_clear = plan_capacity(request)->memory_octets;
  request.tls = true;
  const std::uint64_t under_tls = plan_capacity(request)->memory_octets;
  CHECK(under_tls - in_clear == std::uint64_t{10'000} * 16 * 1024);
}

TEST_CASE("there are never more workers than conversations", "[capacity]") {
  const Result<Capacity> plan =
      plan_capacity({.concurrency = 1, .threads = 8, .descriptor_limit = 20'000});
  REQUIRE(plan.ok());
  CHECK(plan->threads == 1);
  CHECK(plan->per_worker == 1);
}

}  // namespace
}  // namespace mxsweep::scan
