// SPDX-License-Identifier: MIT
// Question: how long can a server make one step of the engine take, by what it sends?
//
//   Prints   for each flight the time of its longest step, on this thread's CPU; the certificates
//            are parsed in the last one. All other conversations of the worker wait for a step.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mxsweep/tls/client.h"
#include "mxsweep/tls/engine.h"
#include "tls/certificates.h"
#include "tls/costly_flights.h"

namespace {

using namespace mxsweep::tls;
using namespace mxsweep::tls::hostile;

double cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double longest_step(Client& client, std::string_view octets) {
  Engine engine(client, "mx1.example.net");
  std::string clear;
  engine.advance({}, clear);
  double longest = 0;
  double last = 0;
  for (; !octets.empty(); octets.remove_prefix(std::min(kPieceOctets, octets.size()))) {
    const double before = cpu_seconds();
    engine.advance(octets.substr(0, kPieceOctets), clear);
    last = cpu_seconds() - before;
    longest = std::max(longest, last);
  }
  const double before = cpu_seconds();
  benchmark::DoNotOptimize(client.chain(engine.peer_chain(), samples::kNow));
  return std::max(longest, last + cpu_seconds() - before);
}

std::vector<std::pair<std::string, std::string>> flights() {
  std::vector<std::pair<std::string, std::string>> all = {
      {"key of 65536 bits", flight_of_key(rsa_key(65'536, 65'535), 65'536)},
      {"key of 16385 bits", flight_of_key(rsa_key(16'385, 17), 16'385)},
      {"largest accepted key", flight_of_key(rsa_key(16'384, 64), 16'384)},
      {"DSA key of 65536 bits", flight_of_key(dsa_key(65'536, 65'528), 65'536)},
      {"group of 12288 bits", flight_of_group(12'288)},
      {"largest accepted group", flight_of_group(4'096)},
  };
  for (const LongList& list : long_lists()) {
    const std::string what(list.what);
    all.emplace_back(what + ", whole flight", list.flight_of(list.fill()));
    if (list.most() < list.fill()) {
      all.emplace_back(what + ", largest accepted", list.flight_of(list.most()));
    }
  }
  for (const std::vector<std::string>& chain : long_chains()) {
    all.emplace_back("chain of " + std::to_string(chain.size()), flight(chain, kRsaAlone, ""));
  }
  return all;
}

void run(benchmark::State& state, const std::string& octets) {
  for (auto _ : state) {
    // A client that knows none of these certificates.
    Client client;
    if (!client.open({}).ok()) {
      state.SkipWithError("the trust store cannot be read");
      return;
    }
    state.SetIterationTime(longest_step(client, octets));
  }
}

const bool registered = [] {
  for (auto& [what, octets] : flights()) {
    benchmark::RegisterBenchmark(what.c_str(),
                                 [octets = octets](benchmark::State& state) { run(state, octets); })
        ->UseManualTime()
        ->Unit(benchmark::kMillisecond);
  }
  return true;
}();

}  // namespace
