// SPDX-License-Identifier: MIT
#include "scan/canaries.h"

#include <algorithm>

namespace mxsweep::scan {
namespace {

constexpr Duration kCanaryWaitMost = std::chrono::seconds{1};

probe::Plan plan_of(const probe::Plan& plan) {
  probe::Plan own = plan;
  own.depth = probe::Depth::greeting;
  own.tls_mode = targets::TlsMode::off;
  own.tls = nullptr;
  own.connect_timeout = kCanaryConnect;
  own.greeting_timeout = kCanaryGreeting;
  return own;
}

}  // namespace

Canaries::Canaries(const probe::Plan& plan, const std::vector<targets::Target>& canaries,
                   Doubts& doubts)
    : plan_(plan_of(plan)),
      targets_(canaries),
      doubts_(doubts),
      engine_(plan_, static_cast<std::uint32_t>(canaries.size() * kConnectionsPerCanary),
              engine::Kernel::now(), listener_) {}

Status Canaries::open() {
  if (!doubts_.prober().good()) return ring::explain_refusal(EMFILE);
  return engine_.open({.submissions = 64,
                       .completions = 128,
                       .buffers = 16,
                       .wake_descriptor = doubts_.prober().descriptor()});
}

void Canaries::run() {
  while (!ends_.load(std::memory_order_seq_cst) && engine_.failure() == 0) {
    engine_.read_clock();
    const Instant now = engine_.now();
    const bool has_room =
        engine_.size() + targets_.size() <= targets_.size() * kConnectionsPerCanary;
    if (again_at_ <= now && has_room) {
      probe_all();
    } else if (is_between_rounds() && has_room && doubts_.round_due() <= now) {
      doubts_.begin_round(now);
      probe_all();
    }
    threads::Doorbell& bell = doubts_.prober();
    bell.prepare();
    Instant until = std::min(again_at_, now + kCanaryWaitMost);
    if (is_between_rounds() && has_room) until = std::min(until, doubts_.round_due());
    if (ends_.load(std::memory_order_seq_cst)) until = now;
    engine_.wait(engine_.next_wait(std::max(until, now)));
    bell.cancel_wait();
    engine_.work();
  }
  if (engine_.failure() != 0) failure_ = ring::explain_failure(engine_.failure());
  unanswered_ = 0;  // No round ends any more.
  engine_.give_up();
}

void Canaries::end() {
  ends_.store(true, std::memory_order_seq_cst);
  doubts_.prober().notify();
}

void Canaries::probe_all() {
  ++round_;
  again_at_ = kNever;
  failed_ = false;
  unanswered_ = targets_.size();
  for (const targets::Target& canary : targets_) {
    // False: it has ended already, by on_end().
    static_cast<void>(
        engine_.start({.its_target = &canary, .round = round_, .began = engine_.now()}));
  }
}

void Canaries::on_event(Listener::Visit& visit, const engine::Event& event) {
  const Instant now = engine::Kernel::now();
  if (event.kind == engine::EventKind::connected) {
    visit.prompt = now - visit.began < kPromptConnect;
  } else if (event.kind == engine::EventKind::received && goes_on(visit.round)) {
    // Whatever it sends: the network carried it. The other probes of this round change nothing.
    unanswered_ = 0;
    doubts_.end_round(visit.prompt ? pace::Answer::prompt : pace::Answer::late, now);
  }
}

void Canaries::on_end(const Listener::Visit& visit, const probe::Observation& seen, Instant now) {
  if (!goes_on(visit.round)) return;
  if (seen.cause() != Cause::local_resource) failed_ = true;
  if (--unanswered_ > 0) return;
  if (failed_) {
    doubts_.end_round(pace::Answer::none, now);
  } else {
    again_at_ = now + kCanaryWaitMost;
  }
}

}  // namespace mxsweep::scan
