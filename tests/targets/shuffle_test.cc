// SPDX-License-Identifier: MIT
#include "mxsweep/targets/shuffle.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "mxsweep/core/special_purpose.h"
#include "mxsweep/targets/reader.h"
#include "support/catch.h"

namespace mxsweep::targets {
namespace {

// A target as the tests see it.
struct Seen {
  std::uint64_t line;
  Address address;
  std::uint16_t port;

  friend auto operator<=>(const Seen&, const Seen&) = default;
};

// Sweeps the list: the window is filled before each target, as for a file.
std::vector<Seen> shuffled(const std::string& list, std::uint64_t seed,
                           std::vector<std::uint16_t> ports = {25}, std::size_t most = SIZE_MAX) {
  Reader reader(std::move(ports));
  reader.feed(list);
  Shuffle shuffle(seed);
  std::vector<Seen> order;
  Target target;
  Expansion all;
  BadLine bad;
  for (bool more = true; order.size() < most;) {
    while (more && shuffle.has_room()) {
      const Reader::Next next = reader.next_line(target, all, bad);
      if (next == Reader::Next::need_more) reader.finish();
      if (next == Reader::Next::target) shuffle.push(std::move(target), all);
      more = next != Reader::Next::end;
    }
    if (!shuffle.pop(target)) break;
    order.push_back({target.line, target.address, target.port});
  }
  return order;
}

std::vector<Seen> in_list_order(const std::string& list, std::vector<std::uint16_t> ports = {25}) {
  Reader reader(std::move(ports));
  reader.feed(list);
  std::vector<Seen> order;
  Target target;
  BadLine bad;
  while (true) {
    const Reader::Next next = reader.next(target, bad);
    if (next == Reader::Next::target) {
      order.push_back({target.line, target.address, target.port});
    } else if (next == Reader::Next::need_more) {
      reader.finish();
    } else {
      return order;
    }
  }
}

std::vector<Seen> sorted(std::vector<Seen> order) {
  std::sort(order.begin(), order.end());
  return order;
}

// The most targets that a /24 has in any stretch of so many.
int densest(const std::vector<Seen>& order, std::size_t stretch) {
  std::map<std::uint32_t, int> in_stretch;
  int most = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i >= stretch) --in_stretch[ipv4_host_order(order[i - stretch].address) >> 8U];
    most = std::max(most, ++in_stretch[ipv4_host_order(order[i].address) >> 8U]);
  }
  return most;
}

std::string hundred_networks() {
  std::string list;
  for (int i = 0; i < 100; ++i) list += "192.0." + std::to_string(i) + ".0/24\n";
  return list;
}

std::string hosts(int count) {
  std::string list;
  for (int i = 0; i < count; ++i) {
    list += "10." + std::to_string(i / 65536) + "." + std::to_string(i / 256 % 256) + "." +
            std::to_string(i % 256) + "\n";
  }
  return list;
}

}  // namespace

TEST_CASE("a shuffled list has the same targets, each once", "[targets][shuffle]") {
  const std::string mixed =
      "192.0.2.0/28\nmx1.example.net\n192.0.2.7:587\n2001:db8::/120\n198.51.100.3-198.51.100.9\n"
      "{\"target\":\"192.0.2.1\",\"meta\":{\"a\":1}}\nsmtps://mx2.example.net\n192.0.2.7\n";
  for (const std::string& list : {mixed, hundred_networks(), hosts(100'000), std::string()}) {
    CHECK(sorted(shuffled(list, 7, {25, 465, 587})) == sorted(in_list_order(list, {25, 465, 587})));
  }
}

TEST_CASE("a /24 of many, or of a /16, is never hit in a burst", "[targets][shuffle]") {
  // By chance, a /24 of a hundred has 2.6 targets of 256 on average.
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    CHECK(densest(shuffled(hundred_networks(), seed), 256) <= 14);
    CHECK(densest(shuffled("172.16.0.0/16\n", seed), 256) <= 10);
  }
  CHECK(densest(in_list_order(hundred_networks()), 256) == 256);
  // Networks of different sizes, and lines of single addresses that are in order.
  const std::string sizes = hundred_networks() + "172.16.0.0/18\n" + hosts(30'000);
  CHECK(densest(shuffled(sizes, 7), 256) <= 14);
}

TEST_CASE("the ports of a target are visited at different times", "[targets][shuffle]") {
  const std::vector<Seen> order = shuffled(hosts(1000), 7, {25, 465, 587});
  std::size_t together = 0;
  for (std::size_t i = 1; i < order.size(); ++i) {
    together += order[i].address == order[i - 1].address ? 1 : 0;
  }
  CHECK(together < 20);
}

TEST_CASE("a list longer than the window is shuffled within it", "[targets][shuffle]") {
  const std::vector<Seen> order = shuffled(hosts(200'000), 7);
  REQUIRE(order.size() == 200'000);
  for (std::size_t i = 0; i < order.size(); ++i) {
    REQUIRE(order[i].line <= i + Shuffle::kEntriesMax);  // No more was read by then.
  }
  CHECK(densest(order, 256) <= 14);
}

TEST_CASE("a huge prefix does not hold up the lines behind it", "[targets][shuffle]") {
  const std::vector<Seen> order =
      shuffled("2001:db8::/32\n10.0.0.0/8\n" + hosts(1000), 7, {25}, 30'000);
  std::set<std::uint64_t> lines;
  for (const Seen& seen : order) lines.insert(seen.line);
  CHECK(lines.size() == 1002);
  // And it is not held up either.
  CHECK(std::count_if(order.begin(), order.end(), [](const Seen& s) { return s.line == 1; }) >
        10'000);
}

TEST_CASE("the order depends on the seed and on nothing else", "[targets][shuffle]") {
  const std::string list = hundred_networks() + hosts(1000);
  CHECK(shuffled(list, 7) == shuffled(list, 7));
  CHECK(shuffled(list, 7) != shuffled(list, 8));
  // Equal prefixes are in different orders, so that a server on two lines is not visited twice in
  // a row.
  const std::vector<Seen> twice = shuffled("192.0.2.0/24\n192.0.2.0/24\n", 7);
  std::vector<Address> first;
  std::vector<Address> second;
  for (const Seen& seen : twice) (seen.line == 1 ? first : second).push_back(seen.address);
  CHECK(first != second);
  // A sweep that is resumed by a later version goes on in the same order.
  std::vector<std::uint64_t> lines;
  for (const Seen& seen : shuffled("192.0.2.0/29\n192.0.2.9\n192.0.2.10\nmx.test\n", 42)) {
    lines.push_back(seen.line * 100 + seen.address.octets[3]);
  }
  CHECK(lines == std::vector<std::uint64_t>{103, 400, 107, 102, 104, 101, 106, 209, 100, 310, 105});
}

TEST_CASE("the window is bounded by the octets of its lines, too", "[targets][shuffle]") {
  Shuffle shuffle(7);
  Target target;
  const Expansion one{.range = {}, .ports = {25}};
  std::size_t pushed = 0;
  const std::string meta = "\"" + std::string(30'000, 'x') + "\"";
  while (shuffle.has_room()) {
    target.set_words("mx.test", "", meta);
    shuffle.push(std::move(target), one);
    ++pushed;
  }
  CHECK(pushed == Shuffle::kTextOctetsMax / (7 + meta.size()) + 1);
  CHECK(shuffle.pop(target));
  CHECK(target.meta() == meta);
  CHECK(shuffle.has_room());
  CHECK(shuffle.left() == double(pushed - 1));
  CHECK(shuffle.popped() == 1);
}

TEST_CASE("addresses that no remote host can have are left out of a shuffled range",
          "[targets][shuffle]") {
  // The last two are 0.0.0.0 and 0.0.0.1, mapped.
  const Expansion all{.range = {*parse_address("::fffe:ffff:fffe"), *parse_address("::ffff:0:1")},
                      .ports = {25}};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Shuffle shuffle(seed);
    Target target;
    shuffle.push(Target(), all);
    for (int i = 0; i < 2; ++i) {
      REQUIRE(shuffle.pop(target));
      REQUIRE(can_be_remote_host(target.address));
    }
    REQUIRE_FALSE(shuffle.pop(target));
    REQUIRE(shuffle.left() == 0);
  }
}

}  // namespace mxsweep::targets
