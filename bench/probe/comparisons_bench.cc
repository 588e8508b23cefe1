// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>

#include <string>

#include "probe/comparisons.h"

namespace mxsweep::probe {
namespace {

constexpr int kExtensionsUsual = 10;

std::string ehlo_reply(std::int64_t extensions, const std::string& first, bool backwards) {
  std::string reply = "250-mx.test\r\n250-" + first + "\r\n";
  for (std::int64_t i = 0; i < extensions; ++i) {
    reply += "250-EXTENSION-" + std::to_string(100 + (backwards ? extensions - i : i + 1)) + "\r\n";
  }
  return reply + "250 HELP\r\n";
}

// Question: what does it cost to compare the replies of a conversation in clear text?
void compare_in_clear(benchmark::State& state) {
  const std::string ehlo = ehlo_reply(kExtensionsUsual, "AUTH GSSAPI NTLM", false);
  for (auto _ : state) {
    AnomalySet found = compare({.greeting = "220 mx.test ESMTP\r\n", .ehlo = ehlo});
    benchmark::DoNotOptimize(found);
  }
}
BENCHMARK(compare_in_clear);

// Question: and of one that went on under TLS? `backwards`: as hostile servers may list them.
void compare_under_tls(benchmark::State& state) {
  const std::string ehlo = ehlo_reply(state.range(0), "STARTTLS", false);
  const std::string ehlo_tls = ehlo_reply(state.range(0), "AUTH PLAIN LOGIN", state.range(1) != 0);
  for (auto _ : state) {
    AnomalySet found =
        compare({.greeting = "220 mx.test ESMTP\r\n", .ehlo = ehlo, .ehlo_tls = ehlo_tls});
    benchmark::DoNotOptimize(found);
    if (!found.empty()) {
      state.SkipWithError("the replies agree");
      break;
    }
  }
}
BENCHMARK(compare_under_tls)
    ->ArgNames({"extensions", "backwards"})
    ->Args({kExtensionsUsual, 0})
    ->Args({47, 1})
    ->Args({480, 1});

// Question: and two long lists that differ in their last lines only, as a hostile server has them?
void compare_to_the_end(benchmark::State& state) {
  constexpr int kLines = 500;
  const std::string filling(100, 'f');
  std::string ehlo = "250-mx.test\r\n";
  for (int i = 0; i < kLines; ++i) ehlo += "250-EXTENSION " + filling + "\r\n";
  const std::string ehlo_tls = ehlo + "250 HELQ\r\n";
  ehlo += "250 HELP\r\n";
  for (auto _ : state) {
    AnomalySet found =
        compare({.greeting = "220 mx.test ESMTP\r\n", .ehlo = ehlo, .ehlo_tls = ehlo_tls});
    benchmark::DoNotOptimize(found);
  }
}
BENCHMARK(compare_to_the_end);

// Question: what does it cost to compare them with the name that led to the server?
void compare_names(benchmark::State& state) {
  const std::string ehlo = ehlo_reply(kExtensionsUsual, "STARTTLS", false);
  const Compared replies{.greeting = "220 mx.test ESMTP\r\n", .ehlo = ehlo, .ehlo_tls = ehlo};
  for (auto _ : state) {
    bool other = has_other_name(replies, "mx.test");
    benchmark::DoNotOptimize(other);
  }
}
BENCHMARK(compare_names);

}  // namespace
}  // namespace mxsweep::probe
