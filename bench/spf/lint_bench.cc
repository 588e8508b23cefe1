// SPDX-License-Identifier: MIT
// Question: what does it cost to lint a typical domain's record, and to check an address, when all
// answers come from a cache?
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "mxsweep/spf/check_host.h"
#include "mxsweep/spf/lint.h"
#include "spf/zone.h"

namespace {

using mxsweep::parse_address;
using mxsweep::dns::Question;
using mxsweep::spf::CheckHost;
using mxsweep::spf::Lint;
using mxsweep::spf::LintVerdict;
using mxsweep::spf::Result;
using mxsweep::spf::SpfReport;
using mxsweep::spf::Zone;

// A domain that two large providers send for, with their records as they are: many networks.
Zone typical_zone() {
  Zone zone;
  const auto networks = [](int first, int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += " ip4:35." + std::to_string(first + i) + ".247.0/24";
    return text;
  };
  zone.txt("example.org",
           "v=spf1 include:_spf.google.com include:spf.protection.outlook.com "
           "ip4:198.51.100.0/24 mx -all");
  zone.txt("_spf.google.com", "v=spf1" + networks(0, 20) + " ip6:2001:4860:4000::/36 ~all");
  zone.txt("spf.protection.outlook.com",
           "v=spf1" + networks(100, 8) + " ip6:2a01:111:f400::/48 ip6:2a01:111:f403::/49 -all");
  zone.mx("example.org", 10, "mx1.example.org");
  zone.mx("example.org", 20, "mx2.example.org");
  zone.address("mx1.example.org", "198.51.100.1");
  zone.address("mx2.example.org", "198.51.100.2");
  return zone;
}

// The answers as a resolver's cache has them, by number: looking them up is not measured.
template <typename Machine, typename Answers>
void settle_cached(Machine& machine, const Zone& zone, Answers& cache) {
  for (Question question; machine.take_question(question);) {
    if (question.number == cache.size()) cache.push_back(zone.answer(question));
    machine.on_answer(question.number, cache[question.number]);
  }
}

void lint_record(benchmark::State& state) {
  const Zone zone = typical_zone();
  std::vector<mxsweep::dns::Answer> cache;
  for (auto _ : state) {
    Lint machine("example.org");
    settle_cached(machine, zone, cache);
    if (!machine.done() || machine.report().verdict != LintVerdict::ok ||
        machine.report().lookups != 3) {
      state.SkipWithError("the workload is not what it should be");
      break;
    }
  }
  state.SetItemsProcessed(state.iterations());
}

void check_address(benchmark::State& state) {
  const Zone zone = typical_zone();
  std::vector<mxsweep::dns::Answer> cache;
  for (auto _ : state) {
    CheckHost machine({.address = *parse_address("203.0.113.9"),
                       .helo = "mx1.example.org",
                       .mail_from = "a@example.org"});
    settle_cached(machine, zone, cache);
    if (!machine.done() || machine.verdict().result != Result::fail) {
      state.SkipWithError("the workload is not what it should be");
      break;
    }
  }
  state.SetItemsProcessed(state.iterations());
}

void write_report(benchmark::State& state) {
  const Zone zone = typical_zone();
  Lint machine("example.org");
  mxsweep::spf::settle(machine, zone);
  for (auto _ : state) {
    std::string json;
    append_json(machine.report(), json);
    benchmark::DoNotOptimize(json);
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(lint_record);
BENCHMARK(check_address);
BENCHMARK(write_report);

}  // namespace
