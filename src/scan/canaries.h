// SPDX-License-Identifier: MIT
// Probes the canaries of a sweep, when pace::Doubt wants to know whether our own network works: a
// connection to each, its greeting, and QUIT.
//
//   Shape     open(), run() in a thread of its own, end() from another one.
//   Kernel    the engine of sweeps, with a ring of its own. A canary that does not answer may have
//             connections of earlier rounds open.
//   Lifetime  the plan is copied; `doubts` outlives it.
//   Errors    if the kernel refuses the ring, run() returns, and failure() says why. No failure of
//             a target is judged after that.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "mxsweep/core/status.h"
#include "mxsweep/engine/engine.h"
#include "mxsweep/engine/kernel.h"
#include "mxsweep/probe/plan.h"
#include "mxsweep/targets/target.h"
#include "scan/doubts.h"

namespace mxsweep::scan {

// Beyond these a canary has not answered. It is a server that the user knows to answer at once.
inline constexpr Duration kCanaryConnect = std::chrono::seconds{3};
inline constexpr Duration kCanaryGreeting = std::chrono::seconds{10};
// A connect within this time needed no second SYN: the kernel sends that after 1 s (RFC 6298).
inline constexpr Duration kPromptConnect = std::chrono::milliseconds{900};
inline constexpr std::size_t kConnectionsPerCanary = 8;

class Canaries {
 public:
  Canaries(const probe::Plan& plan, const std::vector<targets::Target>& canaries, Doubts& doubts);

  Status open();
  void run();  // Requires: open() succeeded.
  void close() { engine_.close(); }
  void end();
  [[nodiscard]] const Status& failure() const { return failure_; }

 private:
  // The engine's listener.
  struct Listener {
    struct Visit {
      const targets::Target* its_target;
      std::uint32_t round;
      Instant began;
      bool prompt = false;

      [[nodiscard]] const targets::Target& target() const { return *its_target; }
    };

    Canaries& canaries;

    void on_event(Visit& visit, const engine::Event& event) { canaries.on_event(visit, event); }
    void on_end(const Visit& visit, const probe::Observation& seen, Instant now) {
      canaries.on_end(visit, seen, now);
    }
  };

  // Begins the probes of a round, whose answers are those of this time only.
  void probe_all();
  [[nodiscard]] bool goes_on(std::uint32_t round) const {
    return unanswered_ > 0 && round == round_;
  }
  [[nodiscard]] bool is_between_rounds() const { return unanswered_ == 0 && again_at_ == kNever; }
  void on_event(Listener::Visit& visit, const engine::Event& event);
  void on_end(const Listener::Visit& visit, const probe::Observation& seen, Instant now);

  probe::Plan plan_;
  std::vector<targets::Target> targets_;
  Doubts& doubts_;
  Listener listener_{*this};
  engine::Engine<engine::Kernel, Listener> engine_;
  std::uint32_t round_ = 0;     // Counted from 1.
  std::size_t unanswered_ = 0;  // Open connections of a round that goes on.
  bool failed_ = false;         // One of its connections failed, and not for a shortage of ours.
  Instant again_at_ = kNever;   // When a round that failed for shortages alone is made again.
  std::atomic<bool> ends_ = false;
  Status failure_;
};

}  // namespace mxsweep::scan
