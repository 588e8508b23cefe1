// SPDX-License-Identifier: MIT
// Question: what does a client's handshake through an Engine cost in time and memory?
//
//   Prints   the time of the client's calls, without the server's; counters `hello_octets` and
//            `session_octets`: heap that a client holds after its first message, and when it is
//            established. tls_libraries prints the library's own cost, without an Engine.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <chrono>
#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "mxsweep/tls/client.h"
#include "mxsweep/tls/engine.h"
#include "mxsweep/tls/issue.h"
#include "mxsweep/tls/server.h"

namespace {

using namespace mxsweep;
using namespace mxsweep::tls;

constexpr int kHeld = 100;

std::int64_t cpu_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

std::int64_t heap_octets() {
  return static_cast<std::int64_t>(::mallinfo2().uordblks + ::mallinfo2().hblkhd);
}

// Adds up the time of the client's calls, without the server's.
struct Cost {
  std::int64_t ns = 0;
  std::int64_t octets = 0;

  template <typename Call>
  void of(Call call) {
    const std::int64_t heap = heap_octets();
    const std::int64_t start = cpu_ns();
    call();
    ns += cpu_ns() - start;
    octets += heap_octets() - heap;
  }
};

void open_both(Client& client, Server& server, Version version, KeyKind key) {
  CertificateSpec order;
  order.not_before = WallTime(std::chrono::days{20'000});
  order.not_after = WallTime(std::chrono::days{20'090});
  order.common_name = "An Authority";
  order.authority = true;
  order.key = key;
  const IssuedCertificate authority = issue(order);
  order.common_name = "mx1.sink.test";
  order.dns_names = {"mx1.sink.test"};
  order.authority = false;
  const IssuedCertificate leaf = issue(order, &authority);
  const std::string chain = leaf.certificate_pem + authority.certificate_pem;
  ServerOptions options;
  options.chain_pem = chain;
  options.key_pem = leaf.key_pem;
  options.version_max = version;
  if (!client.open({}).empty() || !server.open(options).empty()) std::abort();
}

std::unique_ptr<Engine> speak(const Client& client, Cost& cost) {
  std::unique_ptr<Engine> engine;
  cost.of([&] {
    engine = std::make_unique<Engine>(client, "mx1.sink.test");
    std::string clear;
    engine->advance({}, clear);
  });
  return engine;
}

bool finish(Engine& engine, const Server& server, Cost& cost) {
  Engine peer(server);
  std::string clear;
  while (!engine.outgoing().empty()) {
    peer.advance(engine.outgoing(), clear);
    cost.of([&] {
      // The buffer is freed, as a conversation does between flights.
      std::string().swap(engine.outgoing());
      engine.advance(peer.outgoing(), clear);
    });
    peer.outgoing().clear();
  }
  return engine.status() == Status::established;
}

void handshake(benchmark::State& state, Version version, KeyKind key) {
  Client client;
  Server server;
  open_both(client, server, version, key);
  for (auto _ : state) {
    Cost cost;
    std::unique_ptr<Engine> engine = speak(client, cost);
    if (!finish(*engine, server, cost)) {
      state.SkipWithError("the handshake failed");
      break;
    }
    cost.of([&] { engine.reset(); });
    state.SetIterationTime(static_cast<double>(cost.ns) / 1e9);
  }
  Cost hello;
  Cost rest;
  std::vector<std::unique_ptr<Engine>> held;
  for (int i = 0; i < kHeld; ++i) held.push_back(speak(client, hello));
  for (const std::unique_ptr<Engine>& engine : held) finish(*engine, server, rest);
  state.counters["hello_octets"] = static_cast<double>(hello.octets) / kHeld;
  state.counters["session_octets"] = static_cast<double>(hello.octets + rest.octets) / kHeld;
}
BENCHMARK_CAPTURE(handshake, tls1_3_ec_p256, Version::tls1_3, KeyKind::ec_p256)->UseManualTime();
BENCHMARK_CAPTURE(handshake, tls1_3_rsa_2048, Version::tls1_3, KeyKind::rsa_2048)->UseManualTime();
BENCHMARK_CAPTURE(handshake, tls1_2_ec_p256, Version::tls1_2, KeyKind::ec_p256)->UseManualTime();

}  // namespace
