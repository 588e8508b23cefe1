// SPDX-License-Identifier: MIT
#include "mxsweep/store/keeper.h"

#include <atomic>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <utility>

#include "mxsweep/ring/clock.h"
#include "mxsweep/threads/spsc_queue.h"
#include "mxsweep/threads/thread.h"
#include "store/keeping.h"

namespace mxsweep::store {
namespace {

constexpr std::size_t kQueueCapacity = 256;  // Submissions: some per second.

}  // namespace

struct Keeper::Impl {
  Impl(Courier courier, threads::Doorbell& bell_of_changes)
      : keeping(std::move(courier)), changed(bell_of_changes) {}

  Keeping keeping;  // Of the keeper's thread, once that runs.
  threads::Doorbell& changed;
  threads::Doorbell bell;
  threads::SpscQueue<Work> queue{kQueueCapacity};
  Work overflow;  // What the queue had no room for. Of the loop's thread, as is
  std::uint64_t submitted = 0;
  std::atomic<bool> stopping = false;
  std::atomic<std::uint64_t> octets = 0;
  std::atomic<std::uint64_t> lost = 0;

  mutable std::mutex mutex;  // What follows is shared.
  std::condition_variable progress;
  std::uint64_t done = 0;  // Submissions that are committed.
  Troubles troubles;
  std::string damage;

  threads::Thread thread;

  void run();
  void publish(std::uint64_t taken);
  bool push_overflow();
};

void Keeper::Impl::run() {
  std::uint64_t taken = 0;
  Work work;
  while (true) {
    const bool stop = stopping.load(std::memory_order_acquire);
    while (queue.pop(work)) {
      taken += work.submits;
      keeping.take(std::move(work));
      work = {};
    }
    keeping.turn(ring::now(), ring::wall_now());
    publish(taken);
    if (stop) return;
    bell.prepare();
    if (queue.empty() && !stopping.load(std::memory_order_acquire)) {
      bell.wait(keeping.next() - ring::now());
    }
    bell.cancel_wait();
  }
}

void Keeper::Impl::publish(std::uint64_t taken) {
  octets.store(keeping.history_octets(), std::memory_order_relaxed);
  lost.store(keeping.history_lost(), std::memory_order_relaxed);
  bool differs = false;
  {
    const std::lock_guard lock(mutex);
    differs = troubles != keeping.troubles() || damage != keeping.damage();
    if (differs) {
      troubles = keeping.troubles();
      damage = keeping.damage();
    }
    if (keeping.settled()) done = taken;
  }
  progress.notify_all();
  if (differs) changed.notify();
}

bool Keeper::Impl::push_overflow() {
  if (overflow.submits == 0) return true;
  if (!queue.push(overflow)) return false;
  overflow = {};
  bell.notify_if_waiting();
  return true;
}

Keeper::Keeper(Courier courier, threads::Doorbell& changed)
    : impl_(std::make_unique<Impl>(std::move(courier), changed)) {}

Keeper::~Keeper() {
  impl_->stopping.store(true, std::memory_order_release);
  impl_->bell.notify();
  impl_->thread.join();
}

Result<watch::Saved> Keeper::open(const std::string& directory, std::uint64_t history_octets_max,
                                  WallTime now) {
  auto saved = impl_->keeping.open(directory, history_octets_max, now);
  const std::lock_guard lock(impl_->mutex);
  impl_->troubles = impl_->keeping.troubles();
  impl_->damage = impl_->keeping.damage();
  return saved;
}

Result<watch::Past> Keeper::read_past(std::size_t incidents_most) {
  return impl_->keeping.read_past(incidents_most);
}

std::string Keeper::damage() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->damage;
}

std::uint32_t Keeper::number_of(std::string_view key) { return impl_->keeping.number_of(key); }

Status Keeper::start() {
  if (!impl_->bell.good()) {
    return Status::machine(std::string("eventfd: ") + std::strerror(impl_->bell.error()));
  }
  const int error = impl_->thread.start("keeper", [it = impl_.get()] { it->run(); });
  if (error == 0) return {};
  return Status::machine(std::string("cannot start a thread: ") + std::strerror(error));
}

void Keeper::submit(watch::StateBatch&& batch, std::vector<watch::Send>&& sends,
                    std::vector<watch::HistoryRow>&& history) {
  Impl& it = *impl_;
  ++it.submitted;
  append(it.overflow, Work{.batch = std::move(batch),
                           .sends = std::move(sends),
                           .history = std::move(history),
                           .submits = 1,
                           .history_dropped = 0});
  it.push_overflow();
}

bool Keeper::flush(Duration longest) {
  constexpr std::chrono::milliseconds kStep{10};
  Impl& it = *impl_;
  std::unique_lock lock(it.mutex);
  for (Duration left = longest; !it.push_overflow(); left -= kStep) {
    if (left <= Duration::zero()) return false;
    it.progress.wait_for(lock, kStep);
  }
  return it.progress.wait_for(lock, longest, [&] { return it.done >= it.submitted; });
}

Troubles Keeper::troubles() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->troubles;
}

std::uint64_t Keeper::history_octets() const {
  return impl_->octets.load(std::memory_order_relaxed);
}

std::uint64_t Keeper::history_lost() const { return impl_->lost.load(std::memory_order_relaxed); }

}  // namespace mxsweep::store
