// SPDX-License-Identifier: MIT
// Question: what does it cost to write a query, and to read a response, without any I/O?
#include <benchmark/benchmark.h>

#include <string>

#include "dns/wire.h"
#include "mxsweep/dns/message.h"

namespace {

using mxsweep::dns::Answer;
using mxsweep::dns::LookupStatus;
using mxsweep::dns::read_response;
using mxsweep::dns::Type;
using mxsweep::dns::write_query;
namespace wire = mxsweep::dns::wire;

void write_question(benchmark::State& state) {
  for (auto _ : state) {
    std::string query = write_query("mx1.mail.example.net", Type::a, 7);
    benchmark::DoNotOptimize(query);
  }
  state.SetItemsProcessed(state.iterations());
}

void read_exchanges(benchmark::State& state) {
  std::string records;
  const auto hosts = static_cast<unsigned>(state.range(0));
  for (unsigned i = 0; i < hosts; ++i) {
    records += wire::record(
        wire::pointer(12), Type::mx, 300,
        wire::number16(i) + "\3mx" + static_cast<char>('0' + i % 10) + wire::pointer(12));
  }
  const std::string octets = wire::write(
      {.name = "mail.example.net", .type = Type::mx, .answers = hosts, .records = records});
  for (auto _ : state) {
    const Answer answer = read_response(octets, "mail.example.net", Type::mx);
    if (answer.status != LookupStatus::found || answer.exchanges.size() != hosts) {
      state.SkipWithError("the workload does not parse");
      break;
    }
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(write_question);
BENCHMARK(read_exchanges)->ArgName("hosts")->Arg(1)->Arg(4)->Arg(16);

}  // namespace
