// SPDX-License-Identifier: MIT
// Question: how many lookups does the resolver do in a second of CPU time, against a recursive
// resolver whose cache is warm? And how many does a bare socket do, with only send() and recv()?
//
// items_per_second is lookups per CPU-second of this thread, the kernel's work for loopback on its
// behalf included. The servers come from MXSWEEP_SERVERS (see scripts/servers); without them
// nothing is measured.
#include <benchmark/benchmark.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>

#include "dns/asker.h"
#include "dns/real_resolver.h"
#include "mxsweep/dns/message.h"
#include "mxsweep/dns/resolver.h"
#include "mxsweep/ring/socket.h"

namespace {

using mxsweep::LookupCounts;
using mxsweep::dns::Asker;
using mxsweep::dns::Finished;
using mxsweep::dns::LookupStatus;
using mxsweep::dns::on_loopback;
using mxsweep::dns::RealResolver;
using mxsweep::dns::ResolverOptions;
using mxsweep::dns::Type;
using mxsweep::dns::write_query;

constexpr std::size_t kDomains = 10'000;  // Each with an MX, and as many hosts with an address.

std::string domain(std::size_t i) { return "d" + std::to_string(i) + ".example"; }
std::string host(std::size_t i) { return "mx" + std::to_string(i) + ".hosts.example"; }

std::string zone() {
  std::string records;
  for (std::size_t i = 0; i < kDomains; ++i) {
    records += domain(i) + ". MX 10 " + host(i) + ".\n";
    records +=
        host(i) + ". A 192.175." + std::to_string(i / 250) + "." + std::to_string(i % 250) + "\n";
  }
  return records;
}

// Looks up each of them once; returns how many were found.
std::size_t look_up_all(Asker& asker) {
  std::size_t found = 0;
  std::size_t answered = 0;
  const auto take_all = [&] {
    for (Finished finished; asker.resolver().take(finished); ++answered) {
      if (finished.answer->status == LookupStatus::found) ++found;
    }
  };
  for (std::size_t i = 0; i < kDomains; ++i) {
    asker.begin(domain(i), Type::mx);
    asker.begin(host(i), Type::a);
    // As a worker does, which admits no more than it can have in flight.
    while (asker.resolver().waiting() >= 1000) {
      asker.turn();
      take_all();
    }
  }
  while (answered < 2 * kDomains) {
    asker.turn();
    take_all();
  }
  return found;
}

ResolverOptions options_for(const RealResolver& real) {
  ResolverOptions options;
  options.servers = {on_loopback(real.port())};
  return options;
}

RealResolver* warm_resolver() {
  if (!RealResolver::available()) return nullptr;
  static RealResolver real(zone());
  static const bool warm = [] {
    Asker asker(options_for(real));
    return look_up_all(asker) == 2 * kDomains;
  }();
  return warm ? &real : nullptr;
}

void lookups(benchmark::State& state) {
  const RealResolver* const real = warm_resolver();
  if (real == nullptr) {
    state.SkipWithError("no servers: MXSWEEP_SERVERS names no folder of scripts/servers");
    return;
  }
  LookupCounts counts;
  for (auto _ : state) {
    Asker asker(options_for(*real));
    if (look_up_all(asker) != 2 * kDomains) {
      state.SkipWithError("lookups were lost");
      break;
    }
    counts = asker.resolver().counts();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(2 * kDomains));
  state.counters["retried"] = static_cast<double>(counts.retried);
}

void bare_socket(benchmark::State& state) {
  const RealResolver* const real = warm_resolver();
  if (real == nullptr) {
    state.SkipWithError("no servers: MXSWEEP_SERVERS names no folder of scripts/servers");
    return;
  }
  const int descriptor = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const auto to = mxsweep::ring::socket_address(on_loopback(real->port()).address, real->port());
  const int octets = 4 * 1024 * 1024;
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&to.storage), to.octets) != 0) {
    state.SkipWithError("no socket");
    return;
  }
  char response[1500];
  for (auto _ : state) {
    std::size_t open = 0;
    const auto receive = [&] {
      if (::recv(descriptor, response, sizeof response, 0) > 0) --open;
    };
    for (std::size_t i = 0; i < 2 * kDomains; ++i) {
      const std::string query = i % 2 == 0 ? write_query(domain(i / 2), Type::mx, 1)
                                           : write_query(host(i / 2), Type::a, 1);
      if (::send(descriptor, query.data(), query.size(), 0) > 0) ++open;
      if (open >= 100) receive();
    }
    while (open > 0) receive();
  }
  ::close(descriptor);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(2 * kDomains));
}

BENCHMARK(lookups)->Unit(benchmark::kMillisecond);
BENCHMARK(bare_socket)->Unit(benchmark::kMillisecond);

}  // namespace
