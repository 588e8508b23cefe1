// SPDX-License-Identifier: MIT
#include "mxsweep/sink/visits.h"

#include <algorithm>
#include <thread>
#include <vector>

#include "support/catch.h"

namespace mxsweep::sink {
namespace {

constexpr std::uint32_t kFirst = 0x7f000000;  // 127.0.0.0
constexpr std::uint32_t kLast = 0x7fffffff;   // 127.255.255.255

TEST_CASE("each loopback address has its own count of visits", "[sink][visits]") {
  Visits visits;
  const std::vector<std::uint32_t> hosts = {kFirst, kFirst + 1, 0x7f010000, kLast - 1, kLast};
  for (const std::uint32_t visit : {1U, 2U, 3U}) {
    for (const std::uint32_t host : hosts) CHECK(visits.count(ipv4(host)) == visit);
  }
  CHECK(visits.count(ipv4(kFirst + 2)) == 1);
}

TEST_CASE("addresses outside 127.0.0.0/8 share one count", "[sink][visits]") {
  Visits visits;
  CHECK(visits.count(*parse_address("::1")) == 1);
  CHECK(visits.count(ipv4(0x80000001)) == 2);
  CHECK(visits.count(Address{}) == 3);
  CHECK(visits.count(ipv4(0x7f000001)) == 1);
}

TEST_CASE("visits counted by several threads are all counted, and one thread sees the first",
          "[sink][visits]") {
  constexpr std::uint32_t kAddresses = 64;
  constexpr std::uint32_t kRounds = 500;
  struct Seen {
    std::uint32_t first = 0;
    std::uint32_t most = 0;
  };
  Visits visits;
  std::vector<Seen> seen(4);
  std::vector<std::thread> threads;
  for (Seen& mine : seen) {
    threads.emplace_back([&visits, &mine] {
      for (std::uint32_t i = 0; i < kRounds * kAddresses; ++i) {
        const std::uint32_t visit = visits.count(ipv4(kFirst + i % kAddresses));
        if (visit == 1) ++mine.first;
        mine.most = std::max(mine.most, visit);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  Seen together;
  for (const Seen& one : seen) {
    together.first += one.first;
    together.most = std::max(together.most, one.most);
  }
  CHECK(together.first == kAddresses);
  CHECK(together.most == kRounds * seen.size());
}

}  // namespace
}  // namespace mxsweep::sink
