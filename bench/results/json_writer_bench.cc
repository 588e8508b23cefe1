// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>

#include <string>

#include "mxsweep/results/certificate_line.h"
#include "mxsweep/results/json_writer.h"
#include "support/sample_records.h"

namespace mxsweep::results {
namespace {

// Question: what does it cost to write one record into an existing buffer?
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
BENCHMARK_CAPTURE(append_record, tls_full, samples::typical_tls());
BENCHMARK_CAPTURE(append_record, tls_leaf, samples::typical_tls(ChainDetail::leaf));
BENCHMARK_CAPTURE(append_record, tls_digest, samples::typical_tls(ChainDetail::digest));

// Question: what does one line of the file of certificates cost, by the certificate's size?
void append_certificate_line(benchmark::State& state) {
  tls::Certificate certificate = samples::leaf_certificate();
  certificate.der.assign(static_cast<std::size_t>(state.range(0)), '\x5a');
  std::string out;
  for (auto _ : state) {
    out.clear();
    append_certificate(certificate, out);
    benchmark::DoNotOptimize(out.data());
  }
  if (out.size() < certificate.der.size() * 4 / 3) state.SkipWithError("the line is too short");
  state.SetItemsProcessed(state.iterations());                                          // lines
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(out.size()));  // octets
}
BENCHMARK(append_certificate_line)->ArgName("der_octets")->Arg(700)->Arg(1500);

}  // namespace
}  // namespace mxsweep::results
