// SPDX-License-Identifier: MIT
// Question: what does a chain of two certificates cost the first time and again from the cache, and
// what do matching a name and reading the trust store cost?
#include <benchmark/benchmark.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/tls/client.h"
#include "mxsweep/tls/issue.h"
#include "tls/certificates.h"

namespace {

using mxsweep::tls::Chain;
using mxsweep::tls::Client;
using mxsweep::tls::ClientOptions;
using mxsweep::tls::Facts;
using mxsweep::tls::issue;
using mxsweep::tls::IssuedCertificate;
using mxsweep::tls::VerifyError;
namespace samples = mxsweep::tls::samples;

struct Fleet {
  IssuedCertificate root = issue(samples::authority("Root"));
  IssuedCertificate between = issue(samples::authority("Between"), &root);
  std::string between_der = samples::der_of(between.certificate_pem);
  std::vector<std::string> leaves;

  explicit Fleet(std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
      const IssuedCertificate leaf =
          issue(samples::leaf("mx" + std::to_string(i) + ".example.net"), &between);
      leaves.push_back(samples::der_of(leaf.certificate_pem));
    }
  }
};

// Requests the chains of a fleet in turn, with a cache for `chains_max` of them.
void ask_for_chains(benchmark::State& state, std::size_t servers, std::size_t chains_max) {
  const Fleet fleet(servers);
  Client client;
  ClientOptions options;
  options.authorities = mxsweep::tls::read_authorities(fleet.root.certificate_pem).authorities;
  options.chains_max = chains_max;
  if (!client.open(options).empty()) {
    state.SkipWithError("the trust store cannot be read");
    return;
  }
  std::size_t next = 0;
  std::int64_t octets = 0;
  for (auto _ : state) {
    const std::string_view sent[] = {fleet.leaves[next], fleet.between_der};
    next = (next + 1) % servers;
    octets += std::ssize(sent[0]) + std::ssize(sent[1]);
    const auto chain = client.chain(sent, samples::kNow);
    if (chain->error != VerifyError::none) {
      state.SkipWithError("the chain is not trusted");
      break;
    }
  }
  state.SetItemsProcessed(state.iterations());  // chains
  state.SetBytesProcessed(octets);
  state.counters["computed"] = static_cast<double>(client.chains_computed());
}

void chain_seen_before(benchmark::State& state) { ask_for_chains(state, 100, 4096); }
BENCHMARK(chain_seen_before);

void chain_seen_first(benchmark::State& state) { ask_for_chains(state, 100, 2); }
BENCHMARK(chain_seen_first)->Unit(benchmark::kMicrosecond);

void judge_one_name(benchmark::State& state) {
  const Fleet fleet(1);
  Client client;
  if (!client.open({}).empty()) state.SkipWithError("the client cannot be opened");
  const std::string_view sent[] = {fleet.leaves[0], fleet.between_der};
  const auto chain = client.chain(sent, samples::kNow);
  for (auto _ : state) {
    Facts facts;
    judge(*chain, "mx0.example.net", samples::kNow, facts);
    benchmark::DoNotOptimize(facts);
    if (facts.name_match != true) {
      state.SkipWithError("the name does not match");
      break;
    }
  }
}
BENCHMARK(judge_one_name);

// Question: what does matching cost if the server's certificate has a thousand names, none of them
// the target's?
void look_for_a_name(benchmark::State& state, bool sorted) {
  mxsweep::tls::Chain chain;
  mxsweep::tls::Certificate& leaf = chain.certificates.emplace_back();
  for (int i = 0; i < 1000; ++i) {
    leaf.names.push_back("mail" + std::to_string(i) + ".example.net");
  }
  leaf.dns_names = leaf.names.size();
  if (sorted) mxsweep::tls::sort_names(leaf);
  for (auto _ : state) {
    if (matches_name(chain, "mail.example.org")) {
      state.SkipWithError("the name matches");
      break;
    }
  }
}
BENCHMARK_CAPTURE(look_for_a_name, unsorted, false);
BENCHMARK_CAPTURE(look_for_a_name, sorted, true);

void read_trust_store(benchmark::State& state) {
  std::string pem;
  for (int i = 0; i < state.range(0); ++i) {
    pem += issue(samples::authority("Root " + std::to_string(i))).certificate_pem;
  }
  for (auto _ : state) {
    const mxsweep::tls::AuthoritiesRead read = mxsweep::tls::read_authorities(pem);
    if (!read.error.empty() ||
        read.authorities->size() != static_cast<std::size_t>(state.range(0))) {
      state.SkipWithError("the trust store cannot be read");
      break;
    }
  }
}
BENCHMARK(read_trust_store)->ArgName("authorities")->Arg(140)->Unit(benchmark::kMillisecond);

}  // namespace
