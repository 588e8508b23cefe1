// SPDX-License-Identifier: MIT
// The loop of the monitor: one thread with an engine and watch::Watch, without locks.
//
//   Turn      commands, answers of DNS and of the courier; Watch's requests, while there is a slot;
//             the wait, until the engine, Watch or an output has something to do; the engine's
//             work, whose ends go to Watch; then what Watch wants done goes outside.
//   Kernel    the engine's. The monitor uses Loop, on engine::Kernel; tests use a simulated one.
//   Clock     everything waits for the monotonic clock. A step of the wall clock by more than
//             kStepLeast is reported to Watch.
//   Lifetime  constructed by the starting thread; open() and run() in the loop's own.
//   Errors    open(): this machine cannot run it. run() returns when it was stopped, or when the
//             kernel refuses the ring: failure().
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "monitor/checker.h"
#include "monitor/hand.h"
#include "monitor/outside.h"
#include "mxsweep/core/status.h"
#include "mxsweep/engine/engine.h"
#include "mxsweep/engine/kernel.h"
#include "mxsweep/pace/rate.h"
#include "mxsweep/threads/doorbell.h"
#include "mxsweep/tls/client.h"

namespace mxsweep::monitor {

inline constexpr Duration kIdleWaitMax = std::chrono::seconds{1};
inline constexpr Duration kFullWait = std::chrono::milliseconds{10};  // For a free slot.
inline constexpr std::uint32_t kStartsPerTurn = 256;  // So that open connections are not starved.
inline constexpr std::chrono::microseconds kStepLeast = std::chrono::seconds{2};
inline constexpr Duration kClockEvery = std::chrono::seconds{1};

struct LoopOptions {
  std::uint32_t monitors_most = 0;
  std::uint32_t connections = 0;
  std::uint64_t seed = 0;
  probe::Sources sources;
  const tls::ClientOptions* tls = nullptr;  // Null: no TLS.
  ring::RingOptions ring{};
};

template <typename Kernel>
class LoopOn final : public Hand {
 public:
  // `bell`: what others notify when there is something to take from `outside`.
  LoopOn(const LoopOptions& options, watch::Settings settings, watch::Zones zones, Outside& outside,
         threads::Doorbell& bell);

  Status open(watch::Saved&& saved, std::vector<Listed>&& targets);
  void run();
  // From any thread. Open probes end without a result.
  void stop() {
    stop_.store(true, std::memory_order_seq_cst);
    bell_.notify();
  }
  [[nodiscard]] const Status& failure() const { return failure_; }

  // For commands.
  [[nodiscard]] watch::Watch& watch() override { return watch_; }
  [[nodiscard]] watch::Moment moment() const override {
    return {engine_.now(), plans_.wall_time(engine_.now())};
  }
  [[nodiscard]] const ProbeCounts& counts() const override { return prober_.counts(); }
  [[nodiscard]] std::uint32_t open() const override { return engine_.size(); }
  [[nodiscard]] Instant began() const override { return began_; }
  Result<Roster::Applied> reload(Loaded&& loaded) override;

 private:
  void turn();
  void take_in();
  void admit();
  void wait();
  void read_wall_clock();
  void pass_on();
  [[nodiscard]] bool stopping() const { return stop_.load(std::memory_order_seq_cst); }

  LoopOptions options_;
  Outside& outside_;
  threads::Doorbell& bell_;
  tls::Client tls_;
  Plans plans_;
  Instant began_;
  watch::Watch watch_;
  Roster roster_;
  Checker checker_;
  Prober prober_;
  engine::Engine<Kernel, Prober> engine_;
  std::optional<pace::Rate> rate_;
  std::optional<Instant> token_;  // Claimed and not used: when it may be.
  Instant flush_at_ = kNever;
  Instant look_at_clock_{};
  std::atomic<bool> stop_ = false;
  Status failure_;
};

using Loop = LoopOn<engine::Kernel>;
extern template class LoopOn<engine::Kernel>;

}  // namespace mxsweep::monitor
