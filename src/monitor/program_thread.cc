// SPDX-License-Identifier: MIT
#include "monitor/program_thread.h"

#include <poll.h>

#include <algorithm>
#include <utility>

#include "mxsweep/ring/clock.h"

namespace mxsweep::monitor {
namespace {

constexpr Duration kLongestPoll = std::chrono::seconds{60};  // The bell ends it.

}  // namespace

void ProgramThread::run(ProgramOrder&& order) {
  if (!std::exchange(started_, true)) {
    start_error_ =
        own_bell_.good() ? thread_.start("programs", [this] { serve(); }) : own_bell_.error();
  }
  if (start_error_ != 0) {
    return results_.push(
        {.number = order.number, .end = {.error = start_error_}, .began = ring::now()});
  }
  const std::lock_guard lock(lock_);
  orders_.push_back(std::move(order));
  own_bell_.notify_if_waiting();
}

void ProgramThread::stop() {
  ends_ = true;
  own_bell_.notify();
  thread_.join();
}

void ProgramThread::serve() {
  while (!ends_) {
    begin_all();
    wait();
    end_all();
  }
  running_.clear();  // Kills them.
}

void ProgramThread::begin_all() {
  while (running_.size() < kProgramsAtOnce) {
    ProgramOrder order;
    {
      const std::lock_guard lock(lock_);
      if (orders_.empty()) return;
      order = std::move(orders_.front());
      orders_.pop_front();
    }
    Running& running = running_.emplace_back(std::move(order));
    running.began = ring::now();
    const int error = running.program.start(running.order.command, {}, {}, running.order.keep);
    if (error == 0) continue;
    finish(running, error);
    running_.pop_back();
  }
}

bool ProgramThread::has_room_for_orders() {
  const std::lock_guard lock(lock_);
  return !orders_.empty() && running_.size() < kProgramsAtOnce;
}

void ProgramThread::wait() {
  std::vector<pollfd> polled;
  polled.push_back({.fd = own_bell_.descriptor(), .events = POLLIN, .revents = 0});
  Instant until = ring::now() + kLongestPoll;
  for (const Running& running : running_) {
    running.program.descriptors(polled);
    if (!running.timed_out) until = std::min(until, running.began + running.order.timeout);
  }
  own_bell_.prepare();
  if (ends_ || has_room_for_orders()) until = Instant::min();
  const Duration left = std::max(until, ring::now()) - ring::now();
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  ::poll(polled.data(), polled.size(), static_cast<int>(ms));
  own_bell_.cancel_wait();
  if (polled.front().revents != 0) own_bell_.wait();
}

void ProgramThread::end_all() {
  const Instant now = ring::now();
  for (auto running = running_.begin(); running != running_.end();) {
    programs::Program& program = running->program;
    program.on_ready();
    if (!program.done() && !running->timed_out && now - running->began >= running->order.timeout) {
      running->timed_out = true;
      program.kill();
    }
    if (program.done()) {
      finish(*running, 0);
      running = running_.erase(running);
    } else {
      ++running;
    }
  }
}

void ProgramThread::finish(const Running& running, int error) {
  results_.push({.number = running.order.number,
                 .end = {.error = error,
                         .signal = running.program.signal(),
                         .exit_status = running.program.exit_status(),
                         .timed_out = running.timed_out,
                         .timeout = running.order.timeout,
                         .output = running.program.output()},
                 .began = running.began,
                 .took = ring::now() - running.began});
}

}  // namespace mxsweep::monitor
