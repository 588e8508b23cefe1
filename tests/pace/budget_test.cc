// SPDX-License-Identifier: MIT
#include "mxsweep/pace/budget.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <semaphore>
#include <thread>
#include <vector>

#include "mxsweep/core/random.h"
#include "support/catch.h"

namespace mxsweep::pace {
namespace {

// A worker's view: open connections and waiting targets.
struct Worker {
  Worker(Budget& budget, std::uint32_t number) : share(budget, number) {}

  Share share;
  std::uint32_t open = 0;
  std::uint32_t targets = 0;

  // Opens as many connections as allowed, and returns the other places.
  void turn() {
    while (targets > 0 && share.one_more(open)) {
      ++open;
      --targets;
    }
    share.keep(open, targets > 0);
  }
};

class Workers {
 public:
  Workers(std::uint32_t total, std::uint32_t count) : budget(total, count) {
    for (std::uint32_t i = 0; i < count; ++i) all_.emplace_back(budget, i);
  }
  Worker& operator[](std::size_t i) { return all_[i]; }

  // A turn of this worker, and of all that it wakes.
  void turn(std::size_t i) {
    all_[i].turn();
    while (const auto worker = all_[i].share.next_to_wake()) turn(*worker);
  }
  [[nodiscard]] std::uint32_t open() const {
    std::uint32_t sum = 0;
    for (const Worker& worker : all_) sum += worker.open;
    return sum;
  }

  Budget budget;

 private:
  std::deque<Worker> all_;
};

TEST_CASE("a single worker may have the whole budget", "[pace][budget]") {
  for (const std::uint32_t total : {1U, 3U, 64U, 1000U}) {
    for (const std::uint32_t count : {1U, 2U, 8U, 64U}) {
      if (count > total) continue;
      Workers workers(total, count);
      workers[0].targets = 2 * total;
      workers.turn(0);
      CHECK(workers[0].open == total);
      CHECK(workers[0].targets == total);
    }
  }
}

TEST_CASE("a place that one worker returns goes at once to another that waits", "[pace][budget]") {
  Workers workers(3, 2);
  workers[0].targets = 3;
  workers.turn(0);
  workers[1].targets = 2;
  workers.turn(1);
  CHECK(workers[1].open == 0);
  CHECK(workers[1].share.waits());
  workers[0].open = 1;
  workers.turn(0);
  CHECK(workers[1].open == 2);
  CHECK_FALSE(workers[1].share.waits());
  CHECK(workers.open() == 3);
}

TEST_CASE("a worker without places gets its part although others could use the whole budget",
          "[pace][budget]") {
  constexpr std::uint32_t kWorkers = 4;
  Workers workers(12, kWorkers);
  workers[0].targets = 1'000'000;
  workers.turn(0);
  REQUIRE(workers[0].open == 12);
  for (std::size_t i = 1; i < kWorkers; ++i) {
    workers[i].targets = 1'000'000;
    workers.turn(i);
  }
  // Connections end one after the other, always at the worker that has the most.
  for (int ended = 0; ended < 100; ++ended) {
    std::size_t most = 0;
    for (std::size_t i = 1; i < kWorkers; ++i) {
      if (workers[i].open > workers[most].open) most = i;
    }
    --workers[most].open;
    workers.turn(most);
    REQUIRE(workers.open() <= 12);
  }
  for (std::size_t i = 0; i < kWorkers; ++i) CHECK(workers[i].open == workers.budget.part());
}

TEST_CASE("a worker above its part keeps reusing its places while no other waits",
          "[pace][budget]") {
  Workers workers(10, 2);
  workers[0].targets = 100;
  workers.turn(0);
  for (int i = 0; i < 50; ++i) {
    --workers[0].open;
    workers.turn(0);
    CHECK(workers[0].open == 10);
  }
}

TEST_CASE("a worker that was woken in vain is woken again", "[pace][budget]") {
  Workers workers(4, 2);
  workers[0].targets = 2;
  workers.turn(0);
  workers[1].targets = 3;
  workers.turn(1);
  REQUIRE(workers[1].open == 2);
  REQUIRE(workers[1].share.waits());
  Worker& first = workers[0];
  --first.open;
  first.share.keep(first.open, false);
  REQUIRE(first.share.next_to_wake() == 1U);
  REQUIRE_FALSE(first.share.next_to_wake());
  // The place is taken before it wakes up.
  REQUIRE(first.share.one_more(first.open));
  ++first.open;
  REQUIRE_FALSE(workers[1].share.may_have(workers[1].open));
  --first.open;
  first.share.keep(first.open, false);
  CHECK(first.share.next_to_wake() == 1U);
}

TEST_CASE("a worker that ends returns all its places", "[pace][budget]") {
  Budget budget(5, 2);
  Share stays(budget, 1);
  {
    Share goes(budget, 0);
    REQUIRE(goes.one_more(0));
  }
  std::uint32_t open = 0;
  while (stays.one_more(open)) ++open;
  CHECK(open == 5);
}

// Threads that sleep until they are woken, with work of random length: the budget is never
// exceeded, no thread sleeps for ever, and all work is done.
void expect_all_done(std::uint32_t total, std::uint32_t count, std::uint32_t targets) {
  Budget budget(total, count);
  std::atomic<std::uint32_t> open_all = 0;
  std::atomic<std::uint32_t> most = 0;
  std::deque<std::counting_semaphore<>> bells;
  for (std::uint32_t i = 0; i < count; ++i) bells.emplace_back(0);
  std::vector<std::thread> threads;
  for (std::uint32_t number = 0; number < count; ++number) {
    threads.emplace_back([&, number] {
      Random random(number + 1);
      Share share(budget, number);
      // The first has as many targets as all others together.
      std::uint32_t left = number == 0 ? targets * (count - 1) : targets;
      std::uint32_t open = 0;
      while (left > 0 || open > 0) {
        while (left > 0 && share.one_more(open)) {
          const std::uint32_t now = open_all.fetch_add(1, std::memory_order_relaxed) + 1;
          std::uint32_t seen = most.load(std::memory_order_relaxed);
          while (now > seen && !most.compare_exchange_weak(seen, now)) {
          }
          ++open;
          --left;
        }
        share.keep(open, left > 0);
        while (const auto worker = share.next_to_wake()) bells[*worker].release();
        if (open == 0 && left > 0 && !share.may_have(open)) {
          bells[number].acquire();
          continue;
        }
        const std::uint32_t ended =
            open == 0 ? 0 : static_cast<std::uint32_t>(random.below(open + 1));
        open_all.fetch_sub(ended, std::memory_order_relaxed);
        open -= ended;
        if (random.below(8) == 0) std::this_thread::yield();
      }
      share.keep(0, false);
      while (const auto worker = share.next_to_wake()) bells[*worker].release();
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(most <= total);
  CHECK(open_all == 0);
  Share last(budget, 0);
  std::uint32_t open = 0;
  while (last.one_more(open)) ++open;
  CHECK(open == total);
}

TEST_CASE("threads never exceed the budget, and none starves", "[pace][budget]") {
  expect_all_done(3, 2, 20'000);
  expect_all_done(3, 3, 10'000);
  expect_all_done(8, 8, 3000);
  expect_all_done(100, 8, 10'000);
}

}  // namespace
}  // namespace mxsweep::pace
