// SPDX-License-Identifier: MIT
// Question: what does it cost to hold TLSA records against a chain of three certificates, by kind
// of record, and to look them up, without the resolver?
#include <benchmark/benchmark.h>

#include <string>

#include "dane/chains.h"
#include "mxsweep/dane/host.h"
#include "mxsweep/dane/judge.h"

namespace {

namespace dane = mxsweep::dane;
namespace dns = mxsweep::dns;
namespace samples = mxsweep::dane::samples;

void judge_records(benchmark::State& state, const std::string& records, const std::string& sent) {
  const auto chain = samples::certificates().chain(sent);
  const dane::HostReport host = samples::certificates().host(records);
  for (auto _ : state) {
    const dane::Report report =
        dane::judge(host, {chain.get(), mxsweep::Presence::yes, samples::kNow});
    if (report.verdict != dane::Verdict::pass) {
      state.SkipWithError("the records do not match");
      break;
    }
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(judge_records, key_sha256, "3 1 1 leaf", "leaf ca root");
BENCHMARK_CAPTURE(judge_records, key_sha512, "3 1 2 leaf", "leaf ca root");
BENCHMARK_CAPTURE(judge_records, certificate, "3 0 0 leaf", "leaf ca root");
BENCHMARK_CAPTURE(judge_records, two_keys, "3 1 1 next,3 1 1 leaf", "leaf ca root");
BENCHMARK_CAPTURE(judge_records, issuer, "2 1 1 ca", "leaf ca root");
BENCHMARK_CAPTURE(judge_records, root, "2 1 1 root", "leaf ca root");
BENCHMARK_CAPTURE(judge_records, root_not_sent, "2 0 0 root", "leaf ca");
BENCHMARK_CAPTURE(judge_records, key_not_sent, "2 1 0 root", "leaf ca");

void look_up_host(benchmark::State& state) {
  dane::HostInput input;
  input.host = "mx1.example.net";
  input.domain = "example.org";
  input.mx = dns::Validation::secure;
  input.validates = true;
  dns::Answer answer;
  answer.status = dns::LookupStatus::found;
  answer.authentic = true;
  answer.data = {"\x03\x01\x01" + std::string(32, 'k')};
  for (auto _ : state) {
    dane::Host host(input);
    for (dns::Question question; host.take_question(question);) {
      host.on_answer(question.number, answer);
    }
    if (!host.done() || host.report().lookup != dane::Lookup::records) {
      state.SkipWithError("the records are not found");
      break;
    }
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(look_up_host);

}  // namespace
