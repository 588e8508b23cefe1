// SPDX-License-Identifier: MIT
#include <poll.h>

#include <memory>
#include <thread>
#include <vector>

#include "mxsweep/threads/doorbell.h"
#include "mxsweep/threads/doorbell_queue.h"
#include "mxsweep/threads/spsc_queue.h"
#include "support/catch.h"

namespace mxsweep::threads {
namespace {

TEST_CASE("a queue keeps its order and refuses values when it is full", "[threads][queue]") {
  SpscQueue<std::unique_ptr<int>> queue(4);
  std::unique_ptr<int> value;
  CHECK_FALSE(queue.pop(value));
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 4; ++i) {
      value = std::make_unique<int>(i);
      CHECK(queue.push(value));
      CHECK(value == nullptr);
    }
    std::unique_ptr<int> kept = std::make_unique<int>(9);
    CHECK_FALSE(queue.push(kept));
    CHECK(kept != nullptr);  // A value that does not fit is not lost.
    CHECK(queue.size() == 4);
    for (int i = 0; i < 4; ++i) {
      REQUIRE(queue.pop(value));
      CHECK(*value == i);
    }
    CHECK(queue.empty());
  }
}

TEST_CASE("a value that is popped, or left in a queue at its end, is destroyed once",
          "[threads][queue]") {
  const auto counted = std::make_shared<int>(0);
  {
    SpscQueue<std::shared_ptr<int>> queue(4);
    for (int i = 0; i < 3; ++i) {
      std::shared_ptr<int> value = counted;
      REQUIRE(queue.push(value));
    }
    std::shared_ptr<int> taken;
    REQUIRE(queue.pop(taken));
    CHECK(counted.use_count() == 4);
  }
  CHECK(counted.use_count() == 1);
}

TEST_CASE("two threads lose no value, repeat none and miss no notification", "[threads][queue]") {
  constexpr int kCount = 200'000;
  SpscQueue<int> queue(64);
  Doorbell consumer_bell;
  Doorbell producer_bell;
  std::thread producer([&] {
    for (int i = 0; i < kCount; ++i) {
      int value = i;
      while (!queue.push(value)) {
        consumer_bell.notify_if_waiting();
        producer_bell.prepare();
        if (queue.size() == queue.capacity()) producer_bell.wait();
        producer_bell.cancel_wait();
      }
      if (i % 16 == 0) consumer_bell.notify_if_waiting();
    }
    consumer_bell.notify_if_waiting();
  });
  int expected = 0;
  bool in_order = true;
  while (expected < kCount) {
    int value = 0;
    bool took = false;
    while (queue.pop(value)) {
      in_order = in_order && value == expected++;
      took = true;
    }
    if (took) {
      producer_bell.notify_if_waiting();
      continue;
    }
    consumer_bell.prepare();
    if (queue.empty()) {
      // Bounded, so that a missed notification fails the test instead of hanging it.
      pollfd bell{.fd = consumer_bell.descriptor(), .events = POLLIN, .revents = 0};
      REQUIRE(::poll(&bell, 1, 10'000) == 1);
      consumer_bell.wait();
    }
    consumer_bell.cancel_wait();
  }
  producer.join();
  CHECK(in_order);
  CHECK(queue.empty());
}

TEST_CASE("all values of several writers reach a reader that sleeps at its doorbell, each once",
          "[threads][queue]") {
  constexpr int kWriters = 3;
  constexpr int kEach = 2'000;
  Doorbell bell;
  DoorbellQueue<std::unique_ptr<int>> queue(bell);
  std::unique_ptr<int> value;
  CHECK_FALSE(queue.pop(value));
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&queue, writer] {
      for (int i = 0; i < kEach; ++i) queue.push(std::make_unique<int>(writer * kEach + i));
    });
  }
  std::vector<int> next = {0, kEach, 2 * kEach};
  for (int got = 0; got < kWriters * kEach;) {
    bell.prepare();
    if (queue.empty()) bell.wait();
    bell.cancel_wait();
    for (; queue.pop(value); ++got) {
      // Those of one writer keep their order.
      CHECK(*value == next[static_cast<std::size_t>(*value / kEach)]++);
    }
  }
  for (std::thread& writer : writers) writer.join();
  CHECK(queue.empty());
}

}  // namespace
}  // namespace mxsweep::threads
