// SPDX-License-Identifier: MIT
// The member functions of monitor/loop.h. Included only where a loop is instantiated for a kernel:
// by loop.cc, and by tests.
#pragma once

#include <algorithm>
#include <cerrno>
#include <utility>

#include "monitor/loop.h"

namespace mxsweep::monitor {

template <typename Kernel>
LoopOn<Kernel>::LoopOn(const LoopOptions& options, watch::Settings settings, watch::Zones zones,
                       Outside& outside, threads::Doorbell& bell)
    : options_(options),
      outside_(outside),
      bell_(bell),
      plans_(settings.helo, settings.envelope, options.sources,
             options.tls == nullptr ? nullptr : &tls_, Kernel::wall_at_zero()),
      began_(Kernel::now()),
      watch_(std::move(settings), std::move(zones), options.monitors_most, options.seed,
             {began_, plans_.wall_time(began_)}),
      roster_(watch_, options.monitors_most,
              [this](watch::MonitorId monitor) {
                prober_.forget(monitor);
                checker_.forget(monitor);
              }),
      checker_(watch_, roster_, outside),
      prober_(watch_, roster_, plans_, outside, checker_),
      engine_(plans_.any(), options.connections, began_, prober_),
      rate_(watch_.settings().rate > 0
                ? std::optional<pace::Rate>(std::in_place, watch_.settings().rate, began_)
                : std::nullopt) {}

template <typename Kernel>
Status LoopOn<Kernel>::open(watch::Saved&& saved, std::vector<Listed>&& targets) {
  if (!bell_.good()) return ring::explain_refusal(EMFILE);
  options_.ring.wake_descriptor = bell_.descriptor();
  if (Status opened = engine_.open(options_.ring); !opened.ok()) return opened;
  if (options_.tls != nullptr) {
    if (Status opened = tls_.open(*options_.tls); !opened.ok()) return opened;
  }
  engine_.read_clock();
  std::vector<std::string> known;
  for (const watch::MonitorRow& row : saved.monitors) known.push_back(row.key);
  watch_.restore(std::move(saved), moment());
  static_cast<void>(roster_.apply(std::move(targets), known, moment()));
  watch_.end_of_monitors(moment());
  return {};
}

template <typename Kernel>
void LoopOn<Kernel>::run() {
  engine_.read_clock();
  while (engine_.failure() == 0 && !(stopping() && engine_.size() == 0)) turn();
  if (engine_.failure() != 0) {
    failure_ = ring::explain_failure(engine_.failure());
    prober_.stop();
    engine_.give_up();
  }
  pass_on();
  engine_.close();
}

template <typename Kernel>
void LoopOn<Kernel>::turn() {
  read_wall_clock();
  take_in();
  watch_.turn(moment());
  if (stopping()) {
    prober_.stop();
    engine_.interrupt_all();
  } else {
    checker_.take_requests(moment());
    admit();
  }
  pass_on();
  outside_.on_turn(engine_.now());
  wait();
  engine_.work();
}

// What other threads have brought.
template <typename Kernel>
void LoopOn<Kernel>::take_in() {
  for (Outside::Command command; outside_.take(command);) command(*this);
  for (std::vector<names::Resolved> servers; outside_.take(servers);) {
    prober_.on_names(servers, moment());
  }
  for (std::vector<names::Resolved> servers; outside_.take_checked(servers);) {
    checker_.on_answer(servers, moment());
  }
  for (RunResult result; outside_.take(result);) prober_.on_run(result, moment());
  for (watch::Delivered delivered; outside_.take(delivered);) {
    watch_.on_delivered(delivered, moment());
  }
  for (Outside::Trouble trouble; outside_.take(trouble);) {
    watch_.on_internal(trouble.key, trouble.text, trouble.ends, moment());
  }
}

template <typename Kernel>
void LoopOn<Kernel>::admit() {
  // Open connections come first; else they would wait for connections that were started later.
  if (engine_.must_drain_completions_first()) return;
  const std::uint32_t room = options_.connections - engine_.size();
  prober_.take_requests(room, moment());
  for (std::uint32_t left = std::min(room, kStartsPerTurn); left > 0; --left) {
    if (!prober_.has_ready() || engine_.full()) return;
    if (rate_ && !token_) token_ = rate_->claim(engine_.now());
    if (token_ && *token_ > engine_.now()) return;
    std::optional<Prober::Visit> visit = prober_.next(engine_.now());
    if (!visit) return;
    token_.reset();
    if (!engine_.start(std::move(*visit))) return;
  }
}

template <typename Kernel>
void LoopOn<Kernel>::pass_on() {
  if (watch::Effects effects = watch_.take_effects(); !effects.empty()) {
    outside_.pass_on(std::move(effects), watch_.settings(), engine_.now());
  }
  flush_at_ = outside_.flush(engine_.now());
}

template <typename Kernel>
void LoopOn<Kernel>::wait() {
  const Instant now = engine_.now();
  Instant until = std::min({watch_.next(), flush_at_, prober_.next_grant(), now + kIdleWaitMax});
  if (prober_.has_ready() && !engine_.full()) {
    until = std::min(until, std::max(prober_.braked_until(), token_.value_or(now)));
  }
  // What is due waits for a slot, a token or the end of a shortage, of which all take a while.
  const bool blocked = engine_.full() || prober_.has_ready();
  if (blocked) until = std::max(until, std::min(now + kFullWait, flush_at_));
  auto wait = engine_.next_wait(until);
  const bool deep = wait.deep(now);
  if (deep) {
    bell_.prepare();
    if (outside_.has_work() || (stopping() && engine_.size() == 0)) wait.until = now;
  }
  engine_.wait(wait);
  if (deep) bell_.cancel_wait();
  prober_.note_late(Kernel::now() - wait.until);
}

template <typename Kernel>
void LoopOn<Kernel>::read_wall_clock() {
  if (engine_.now() < look_at_clock_) return;
  look_at_clock_ = engine_.now() + kClockEvery;
  const WallTime wall = Kernel::wall_at_zero();
  const auto step = wall - plans_.wall_at_zero();
  plans_.set_wall_at_zero(wall);
  if (std::chrono::abs(step) > kStepLeast) watch_.on_clock_step(step, moment());
}

template <typename Kernel>
Result<Roster::Applied> LoopOn<Kernel>::reload(Loaded&& loaded) {
  if (loaded.targets.size() > options_.monitors_most) {
    return Status::unusable("there are " + std::to_string(loaded.targets.size()) +
                            " targets, and this process has room for " +
                            std::to_string(options_.monitors_most) + ": restart it");
  }
  roster_.settle_groups(loaded.settings, moment());
  prober_.forget_canaries();
  watch_.reload(std::move(loaded.settings), std::move(loaded.zones), moment());
  return roster_.apply(std::move(loaded.targets), {}, moment());
}

}  // namespace mxsweep::monitor
