// SPDX-License-Identifier: MIT
// What a look-up costs in sets of a million entries, and what it takes to read them.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "mxsweep/core/random.h"
#include "mxsweep/scope/list.h"

namespace {

using namespace mxsweep;

constexpr std::size_t kEntries = 1'000'000;
constexpr std::size_t kLookups = 1 << 16;  // Of other addresses each, more than a cache holds.

class Random {
 public:
  std::uint64_t operator()() { return mix(++state_); }

 private:
  std::uint64_t state_ = 0;
};

Address random_ipv4(Random& random) { return ipv4(static_cast<std::uint32_t>(random())); }

// In 2000::/8, as on the internet.
Address random_ipv6(Random& random) {
  Address address{.family = Family::ipv6};
  const std::uint64_t words[] = {random(), random()};
  for (std::size_t i = 0; i < 16; ++i) {
    address.octets[i] = static_cast<std::uint8_t>(words[i / 8] >> i % 8 * 8);
  }
  address.octets[0] = 0x20;
  return address;
}

struct Kind {
  Address (*address)(Random&);
  unsigned length_min;
  unsigned length_max;
};
constexpr Kind kIpv4{&random_ipv4, 20, 32};
constexpr Kind kIpv6{&random_ipv6, 28, 64};

struct Prefix {
  AddressRange range;
  unsigned length;
};

std::vector<Prefix> random_prefixes(const Kind& kind) {
  Random random;
  std::vector<Prefix> prefixes;
  for (std::size_t i = 0; i < kEntries; ++i) {
    const auto length =
        kind.length_min + static_cast<unsigned>(random() % (kind.length_max - kind.length_min + 1));
    prefixes.push_back({*prefix_range(kind.address(random), length), length});
  }
  return prefixes;
}

// `hits`: the addresses are in the set; else random ones, of which few are.
void look_up(benchmark::State& state, const Kind& kind, bool hits) {
  const std::vector<Prefix> prefixes = random_prefixes(kind);
  scope::PrefixSet set;
  for (const Prefix& prefix : prefixes) set.add(prefix.range);
  set.freeze();
  Random random;
  for (std::size_t i = 0; i < kEntries; ++i) random();
  std::vector<Address> addresses;
  while (addresses.size() < kLookups) {
    const Address other = kind.address(random);
    if (hits) {
      addresses.push_back(prefixes[random() % prefixes.size()].range.last);
    } else if (!set.contains(other)) {
      addresses.push_back(other);
    }
  }
  std::size_t at = 0;
  for (auto _ : state) {
    const bool found = set.contains(addresses[at++ % kLookups]);
    if (found != hits) state.SkipWithError("a wrong answer");
  }
  state.counters["MB"] = static_cast<double>(set.octets_held()) / 1e6;
}

BENCHMARK_CAPTURE(look_up, ipv4_hit, kIpv4, true);
BENCHMARK_CAPTURE(look_up, ipv4_miss, kIpv4, false);
BENCHMARK_CAPTURE(look_up, ipv6_hit, kIpv6, true);
BENCHMARK_CAPTURE(look_up, ipv6_miss, kIpv6, false);

void look_up_name(benchmark::State& state) {
  scope::SuffixSet set;
  for (std::size_t i = 0; i < kEntries; ++i) set.add("d" + std::to_string(i) + ".example");
  Random random;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kLookups; ++i) {
    names.push_back("mx1.d" + std::to_string(random() % (2 * kEntries)) + ".example");
  }
  std::size_t at = 0;
  for (auto _ : state) benchmark::DoNotOptimize(set.contains(names[at++ % kLookups]));
}
BENCHMARK(look_up_name);

// A list of a million lines, from octets to a frozen set.
void read_prefixes(benchmark::State& state, const Kind& kind) {
  std::string list;
  for (const auto& [range, length] : random_prefixes(kind)) {
    list += to_string(range.first) + "/" + std::to_string(length) + "\n";
  }
  const scope::ToAscii no_names = [](std::string_view) -> Result<std::string> {
    return Status::unusable("is not ASCII");
  };
  for (auto _ : state) {
    scope::Named named;
    if (!scope::read_list(list, "list", no_names, named).ok()) state.SkipWithError("unreadable");
    named.prefixes.freeze();
    benchmark::DoNotOptimize(named);
  }
}
BENCHMARK_CAPTURE(read_prefixes, ipv4, kIpv4)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_prefixes, ipv6, kIpv6)->Unit(benchmark::kMillisecond);

}  // namespace
