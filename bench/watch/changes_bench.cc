// SPDX-License-Identifier: MIT
// Question: what does a result cost in which nothing has changed, with and without TLS, and one of
// a pool in which one server differs?
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "mxsweep/watch/changes.h"

namespace {

using namespace mxsweep;

constexpr std::string_view kGreeting =
    "220 mx.example.net ESMTP Exim 4.96 Thu, 26 Nov 2026 10:02:10 +0000\r\n";
constexpr std::string_view kOtherGreeting =
    "220 mx.example.net ESMTP Exim 4.97 Thu, 26 Nov 2026 10:02:10 +0000\r\n";
constexpr std::string_view kEhlo =
    "250-mx.example.net Hello scanner.example.net [192.0.2.1]\r\n250-SIZE 52428800\r\n"
    "250-8BITMIME\r\n250-PIPELINING\r\n250-PIPECONNECT\r\n250-CHUNKING\r\n250-STARTTLS\r\n"
    "250-PRDR\r\n250 HELP\r\n";

results::Record record_of(const tls::Chain* chain) {
  results::Record record;
  record.outcome = Outcome::ok;
  record.replies[Phase::greeting] = {220, kGreeting};
  record.replies[Phase::ehlo] = {250, kEhlo};
  record.starttls_known = true;
  record.starttls_offered = results::Offered::yes;
  if (chain == nullptr) return record;
  record.tls.emplace();
  record.tls->session.version = "TLSv1.3";
  record.tls->session.cipher = "TLS_AES_256_GCM_SHA384";
  record.tls->session.group = "X25519";
  record.tls->chain = chain;
  return record;
}

tls::Chain chain_of_one() {
  tls::Chain chain;
  tls::Certificate& leaf = chain.certificates.emplace_back();
  leaf.key = "EC P-256";
  leaf.issuer = "CN=Authority,O=Example";
  return chain;
}

// `odd_every`: every so many results come from the server that differs; 0: none.
void run(benchmark::State& state, const results::Record& record, std::int64_t odd_every) {
  constexpr std::uint32_t kMonitors = 100'000;
  watch::Changes changes([](watch::MonitorId) { return std::string_view("group mx:25"); });
  std::vector<watch::FieldChange> said;
  watch::StateBatch batch;
  results::Record odd = record;
  odd.replies[Phase::greeting] = {220, kOtherGreeting};
  WallTime now{std::chrono::hours{24 * 365 * 50}};
  for (watch::MonitorId monitor = 0; monitor < kMonitors; ++monitor) {
    changes.on_record(monitor, record, now, said, batch);
  }
  batch = {};
  std::int64_t count = 0;
  watch::MonitorId monitor = 0;
  for (auto _ : state) {
    const bool is_odd = odd_every > 0 && ++count % odd_every == 0;
    changes.on_record(monitor, is_odd ? odd : record, now, said, batch);
    if (++monitor == kMonitors) {
      monitor = 0;
      now += std::chrono::minutes{1};
    }
  }
  if (odd_every == 0 && (!said.empty() || !batch.empty())) state.SkipWithError("something changed");
  state.SetItemsProcessed(state.iterations());
}

void nothing_changes(benchmark::State& state) { run(state, record_of(nullptr), 0); }
BENCHMARK(nothing_changes);

void nothing_changes_with_tls(benchmark::State& state) {
  const tls::Chain chain = chain_of_one();
  run(state, record_of(&chain), 0);
}
BENCHMARK(nothing_changes_with_tls);

// Seven and 100,000 have no common divisor: every monitor sees it.
void one_server_differs(benchmark::State& state) { run(state, record_of(nullptr), 7); }
BENCHMARK(one_server_differs);

}  // namespace
