// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>

#include "mxsweep/verdict/classify.h"
#include "verdict/wordings.h"

namespace mxsweep::verdict {
namespace {

// Question: what does the cause of a refusal cost, over the refusals of the tests?
void classify_refusals(benchmark::State& state) {
  std::int64_t refusals = 0;
  for (auto _ : state) {
    for (const auto& [phase, reply, cause] : fixtures::kWordings) {
      const int code = std::atoi(std::string(reply.substr(0, 3)).c_str());
      Verdict verdict = classify_reply(phase, code, reply, {"EHLO scanner.example.net\r\n"});
      benchmark::DoNotOptimize(verdict);
    }
    refusals += std::ssize(fixtures::kWordings);
  }
  state.SetItemsProcessed(refusals);
}
BENCHMARK(classify_refusals);

}  // namespace
}  // namespace mxsweep::verdict
