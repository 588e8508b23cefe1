// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>

#include <string>

#include "mxsweep/results/json_writer.h"
#include "support/sample_records.h"

namespace mxsweep::results {
namespace {

// Question: what does it cost to write one record, into a buffer that is there already?
void append_record(benchmark::State& state, const Record& record) {
  std::string out;
  for (auto _ : state) {
    out.clear();
    append_json(record, out);
    benchmark::DoNotOptimize(out.data());
    if (out.size() < 2 || out.back() != '\n') {
      state.SkipWithError("the record was not written");
      break;
    }
  }
  state.SetItemsProcessed(state.iterations());                                          // records
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(out.size()));  // octets
  state.counters["octets"] = static_cast<double>(out.size());
}

BENCHMARK_CAPTURE(append_record, typical, samples::typical());
BENCHMARK_CAPTURE(append_record, eight_bit, samples::eight_bit());
BENCHMARK_CAPTURE(append_record, refused, samples::too_busy());
BENCHMARK_CAPTURE(append_record, net_refused,
                  samples::failed(Phase::connect, Cause::net_refused, ECONNREFUSED));
BENCHMARK_CAPTURE(append_record, invalid_line, samples::invalid_line());
BENCHMARK_CAPTURE(append_record, huge, samples::huge());

}  // namespace
}  // namespace mxsweep::results
