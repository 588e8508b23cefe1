// SPDX-License-Identifier: MIT
// What a result costs the whole monitor: its turn, its state, what its record shows, and the loop's
// calls around it.
#include <benchmark/benchmark.h>

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "mxsweep/core/cause.h"
#include "mxsweep/core/random.h"
#include "mxsweep/watch/watch.h"

namespace mxsweep::watch {
namespace {

using namespace std::chrono_literals;

constexpr Moment kStart{Instant{100h},
                        WallTime{std::chrono::sys_days{std::chrono::year{2026} / 10 / 21}}};

Settings settings() {
  Settings settings;
  settings.groups.emplace_back().name = "fleet";
  settings.channels.emplace_back().name = "ops";
  settings.routes.emplace_back().to = {0};
  return settings;
}

std::unique_ptr<Watch> watch_of(std::uint32_t monitors) {
  auto watch = std::make_unique<Watch>(settings(), Zones{}, monitors, 1, kStart);
  for (std::uint32_t i = 0; i < monitors; ++i) {
    Monitor monitor;
    monitor.address = ipv4(0x0a00'0000U + i);
    monitor.target = to_string(monitor.address);
    monitor.key = "fleet " + monitor.target + ":25";
    watch->add(std::move(monitor), mix(i), kStart);
  }
  watch->end_of_monitors(kStart);
  return watch;
}

results::Record record_of(Cause cause) {
  results::Record record;
  record.outcome = outcome_of(cause);
  record.cause = cause;
  record.phase = cause == Cause::none ? Phase::quit : Phase::connect;
  record.at = kStart.wall;
  if (cause != Cause::none) return record;
  record.replies[Phase::greeting] = {220, "220 mx.example.net ESMTP Postfix (Debian)\r\n"};
  record.replies[Phase::ehlo] = {
      250, "250-mx.example.net\r\n250-SIZE 1000\r\n250-STARTTLS\r\n250 8BITMIME\r\n"};
  record.starttls_known = true;
  record.starttls_offered = results::Offered::yes;
  return record;
}

// `range(0)` monitors, each probed each minute; one result in `range(1)` is bad.
void a_result(benchmark::State& state) {
  const std::unique_ptr<Watch> watch = watch_of(static_cast<std::uint32_t>(state.range(0)));
  const auto bad_of = static_cast<std::uint32_t>(state.range(1));
  const results::Record well = record_of(Cause::none);
  const results::Record bad = record_of(Cause::net_refused);
  Random random(1);
  Moment now = kStart;
  std::vector<MonitorId> open;
  for (auto _ : state) {
    while (open.empty()) {
      now = now + std::max<Duration>(watch->next() - now.at, 10ms);
      watch->turn(now);
      while (const auto request = watch->next_probe(now)) open.push_back(request->monitor);
      while (const auto canary = watch->next_canary(now)) watch->on_canary(*canary, true, now);
      Effects effects = watch->take_effects();
      for (const Send& send : effects.sends) {
        Delivered delivered;
        delivered.channel = send.channel;
        delivered.incident = send.message.incident;
        delivered.kind = send.message.kind;
        delivered.revision = send.message.revision;
        delivered.ok = true;
        watch->on_delivered(delivered, now);
      }
    }
    Sample sample = sample_of(random.below(bad_of) == 0 ? bad : well, {});
    sample.at = now.wall;
    watch->on_result(open.back(), sample, now);
    open.pop_back();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(a_result)
    ->ArgNames({"monitors", "bad_of"})
    ->Args({100'000, 1'000'000})
    ->Args({100'000, 1000});

}  // namespace
}  // namespace mxsweep::watch
