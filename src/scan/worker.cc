// SPDX-License-Identifier: MIT
#include "scan/worker.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>

#include "mxsweep/ring/clock.h"
#include "mxsweep/ring/socket.h"
#include "mxsweep/verdict/classify.h"
#include "scan/target_record.h"

namespace mxsweep::scan {
namespace {

constexpr std::size_t kInboxTargets = 1024;
// Connections started in one turn at most, so that a long list cannot starve who is connected.
constexpr std::uint32_t kAdmitPerTurn = 256;
constexpr std::uint32_t kTimersPerTurn = 1024;

// Waiting for several completions saves system calls, which counts when many are in flight; it adds
// at most this to a latency. With few in flight each completion is taken as it comes.
constexpr std::uint32_t kBatch = 128;
constexpr std::uint32_t kInFlightPerBatched = 8;
constexpr Duration kBatchWaitMax = std::chrono::milliseconds{1};

constexpr Duration kIdleWaitMax = std::chrono::seconds{1};
constexpr Duration kCrowdedWait = std::chrono::milliseconds{10};

constexpr Duration kBrakeLeast = std::chrono::milliseconds{10};
constexpr Duration kBrakeMost = std::chrono::seconds{1};
constexpr Duration kShortageMost = std::chrono::minutes{5};  // Longer than any conversation.

// How long a sweep that was told to stop waits for its open conversations.
constexpr Duration kDrainMax = std::chrono::seconds{10};

}  // namespace

Worker::Worker(const WorkerOptions& options, Gauges& gauges, Outbox& outbox, Doorbell& feeder)
    : options_(options),
      gauges_(gauges),
      outbox_(outbox),
      feeder_(feeder),
      inbox_(kInboxTargets),
      now_(ring::now()),
      wall_at_start_(ring::wall_now()),
      monotonic_at_start_(now_),
      slots_(options.capacity),
      wheel_(options.capacity, now_),
      rate_(options.rate, now_) {}

void Worker::no_more() {
  list_ended_.store(true, std::memory_order_seq_cst);
  bell_.ring_anyway();
}

void Worker::run() {
  if (options_.own_descriptors && !ring::own_descriptor_table()) {
    refusal_ = {"a descriptor table per worker is not permitted here (unshare(CLONE_FILES))",
                "lower --concurrency, or allow unshare in the container's seccomp profile"};
  } else {
    refusal_ = ring_.emplace().open({.wake_descriptor = bell_.descriptor()});
  }
  if (refusal_) {
    gauges_.stop.store(Stop::leave, std::memory_order_release);
    feeder_.ring_anyway();
  } else {
    ring_features_ = ring_->features();
    now_ = ring::now();  // Opening the ring took its time, which is nobody's connect.
    while (!finished()) turn();
  }
  // In this thread: the ring has one issuer, and its descriptor may be in a table of ours alone.
  ring_.reset();
  publish();
  // The writer takes or discards whatever comes, so this ends.
  while (!outbox_.drained()) {
    outbox_.flush();
    if (!outbox_.drained()) std::this_thread::sleep_for(kCrowdedWait);
  }
}

void Worker::turn() {
  admit();
  publish();  // Here the most are in flight.
  wait();
  now_ = ring::now();
  wheel_.advance(now_);
  for (const ring::Completion& completion : ring_->completions()) complete(completion);
  // Whatever was lent this turn is back by now.
  for (const Handle handle : std::exchange(starved_, {})) {
    if (Conversation* const conversation = slots_.find(handle)) receive(handle, *conversation);
  }
  expire();
  const Stop stop = gauges_.stop.load(std::memory_order_relaxed);
  if (stop != Stop::none && drain_until_ == kNever) drain_until_ = now_ + kDrainMax;
  if (stop == Stop::leave || now_ >= drain_until_) interrupt_all();
  if (now_ >= outbox_.flush_at()) outbox_.flush();
  publish();
}

bool Worker::finished() const {
  if (slots_.size() != 0) return false;
  if (gauges_.stop.load(std::memory_order_relaxed) != Stop::none) return true;
  return list_ended_.load(std::memory_order_acquire) && inbox_.empty() && put_off_.empty();
}

bool Worker::may_admit() const {
  return !slots_.full() && now_ >= braked_until_ && !outbox_.crowded() &&
         gauges_.stop.load(std::memory_order_relaxed) == Stop::none;
}

void Worker::wait() {
  Instant until = std::min({wheel_.next(), outbox_.flush_at(), drain_until_, now_ + kIdleWaitMax});
  std::uint32_t least = 1;
  if (outbox_.crowded()) until = std::min(until, now_ + kCrowdedWait);
  const bool targets_wait = !inbox_.empty() || !put_off_.empty();
  if (targets_wait && !slots_.full()) {
    if (now_ < braked_until_) {
      until = std::min(until, braked_until_);
    } else if (may_admit()) {
      until = std::min(until, rate_.next(now_));
    }
  }
  if (ring_->more()) until = now_;
  const std::uint32_t batch = std::min(kBatch, slots_.size() / kInFlightPerBatched);
  if (batch > 1) {
    least = batch;
    until = std::min(until, now_ + kBatchWaitMax);
  }
  const bool deep = until > now_ + kBatchWaitMax;
  if (deep) {
    bell_.prepare();
    const bool news =
        (!slots_.full() && !targets_wait && !inbox_.empty()) || finished() ||
        (drain_until_ == kNever && gauges_.stop.load(std::memory_order_seq_cst) != Stop::none);
    if (news) until = now_;
  }
  ring_->submit_and_wait(least, until - now_);
  if (deep) bell_.woken();
}

void Worker::admit() {
  if (!may_admit()) return;
  const std::uint32_t room = std::min(kAdmitPerTurn, slots_.capacity() - slots_.size());
  std::uint32_t granted = rate_.take(room, now_);
  targets::Target target;
  Instant since{};
  bool took = false;
  while (granted > 0 && next_target(target, since)) {
    took = true;
    --granted;
    if (!start(std::move(target), since)) break;
  }
  rate_.give_back(granted);
  // The feeder sleeps while the inbox is full; waking it for each place would cost more than it
  // gains.
  if (took && inbox_.size() <= inbox_.capacity() / 2) feeder_.ring();
}

bool Worker::next_target(targets::Target& target, Instant& since) {
  if (put_off_.empty()) {
    since = now_;
    return inbox_.pop(target);
  }
  target = std::move(put_off_.front().target);
  since = put_off_.front().since;
  put_off_.pop_front();
  return true;
}

// False: a local shortage; the target is put off.
bool Worker::start(targets::Target&& target, Instant since) {
  const int descriptor = ring::open_tcp(target.address.family);
  if (descriptor < 0 && verdict::is_local_shortage(-descriptor)) {
    put_off(std::move(target), since, -descriptor);
    return false;
  }
  const Handle handle = slots_.begin(std::move(target), *options_.plan, descriptor, since);
  Conversation& conversation = *slots_.find(handle);
  const probe::Wants wants = conversation.probe.on_started(now_);
  if (descriptor < 0) {
    grant(handle, conversation, conversation.probe.on_error(-descriptor, now_));
    return true;
  }
  conversation.armed = Conversation::Armed::connect;
  ring_->connect(descriptor, handle,
                 ring::socket_address(conversation.target.address, conversation.target.port));
  grant(handle, conversation, wants);
  return true;
}

void Worker::complete(const ring::Completion& completion) {
  Conversation* const conversation = slots_.find(completion.handle);
  // A completion can outlive its connection; the generation in its handle tells late news from
  // ours.
  if (conversation == nullptr) {
    ring_->give_back(completion);
    return;
  }
  switch (completion.operation) {
    case ring::Operation::connect:
      on_connect_result(completion.handle, *conversation, completion.result);
      return;
    case ring::Operation::receive:
      on_received(completion.handle, *conversation, completion);
      ring_->give_back(completion);
      return;
    case ring::Operation::send:
      // A send that failed for the peer's sake is told by the receive that is armed behind it.
    case ring::Operation::close:
    case ring::Operation::cancel:
    case ring::Operation::accept:
    case ring::Operation::wake: return;
  }
}

void Worker::on_connect_result(Handle handle, Conversation& conversation, int result) {
  conversation.armed = Conversation::Armed::none;
  if (conversation.recorded) {
    release(handle, conversation);
  } else if (result == 0) {
    brake_ = {};
    grant(handle, conversation, conversation.probe.on_connected(now_));
  } else if (verdict::is_local_shortage(-result)) {
    put_off(std::move(conversation.target), conversation.since, -result);
    wheel_.cancel(handle.index);
    release(handle, conversation);
  } else {
    grant(handle, conversation, conversation.probe.on_error(-result, now_));
  }
}

void Worker::on_received(Handle handle, Conversation& conversation,
                         const ring::Completion& completion) {
  conversation.armed = Conversation::Armed::none;
  if (conversation.recorded) {
    release(handle, conversation);
  } else if (completion.result > 0) {
    grant(handle, conversation, conversation.probe.on_bytes(ring_->octets(completion), now_));
  } else if (completion.result == 0) {
    grant(handle, conversation, conversation.probe.on_closed(now_));
  } else if (completion.result == -ENOBUFS) {
    starved_.push_back(handle);
  } else {
    grant(handle, conversation, conversation.probe.on_error(-completion.result, now_));
  }
}

// Turns what a probe wants into operations.
void Worker::grant(Handle handle, Conversation& conversation, const probe::Wants& wants) {
  if (!wants.done) {
    if (!wants.send.empty()) ring_->send(conversation.descriptor, handle, wants.send);
    if (conversation.armed == Conversation::Armed::none) receive(handle, conversation);
    wheel_.start(handle.index, wants.deadline);
    return;
  }
  record(conversation);
  wheel_.cancel(handle.index);
  if (wants.abort) ring::reset_on_close(conversation.descriptor);
  switch (conversation.armed) {
    case Conversation::Armed::none: release(handle, conversation); return;
    case Conversation::Armed::connect: ring_->cancel(ring::Operation::connect, handle); return;
    case Conversation::Armed::receive: ring_->cancel(ring::Operation::receive, handle); return;
  }
}

void Worker::receive(Handle handle, Conversation& conversation) {
  conversation.armed = Conversation::Armed::receive;
  ring_->receive(conversation.descriptor, handle);
}

void Worker::record(Conversation& conversation) {
  results::Record record = conversation.probe.record();
  describe_target(conversation.target, record);
  record.attempt = 1;
  record.at = wall_time(conversation.probe.started());
  outbox_.add(record, now_);
  tally_.count(record);
  ++probes_;
  conversation.recorded = true;
}

void Worker::release(Handle handle, Conversation& conversation) {
  if (conversation.descriptor >= 0) ::close(conversation.descriptor);
  slots_.end(handle);
}

void Worker::put_off(targets::Target&& target, Instant since, int error) {
  // Whoever was begun together fails together: one shortage, one braking.
  if (now_ >= braked_until_) {
    brake_ = std::clamp(brake_ * 2, kBrakeLeast, kBrakeMost);
    braked_until_ = now_ + brake_;
  }
  gauges_.shortages.fetch_add(1, std::memory_order_relaxed);
  gauges_.last_shortage.store(error, std::memory_order_relaxed);
  if (now_ - since < kShortageMost) {
    put_off_.push_back({std::move(target), since});
  } else {
    record_shortage(target, error);
  }
}

void Worker::record_shortage(const targets::Target& target, int error) {
  results::Record record;
  describe_target(target, record);
  record.at = wall_time(now_);
  record.outcome = Outcome::local;
  record.phase = Phase::connect;
  record.cause = Cause::local_resource;
  record.socket_errno = error;
  outbox_.add(record, now_);
  tally_.count(record);
  ++probes_;
}

// What has completed is heard before a deadline counts as missed: when we are the slow ones, the
// peer must not be blamed. A flood can put this off only until every connection has had its say.
void Worker::expire() {
  ++turns_unexpired_;
  if (ring_->more() && turns_unexpired_ * ring::kCompletionsPerTurn <= slots_.size()) return;
  turns_unexpired_ = 0;
  wheel_.expire(
      now_,
      [this](std::uint32_t index) {
        const Handle handle = slots_.handle_of(index);
        Conversation& conversation = *slots_.find(handle);
        grant(handle, conversation, conversation.probe.on_deadline(now_));
      },
      kTimersPerTurn);
}

void Worker::interrupt_all() {
  if (std::exchange(interrupted_, true)) return;
  slots_.for_each([this](Handle handle, Conversation& conversation) {
    if (!conversation.recorded) {
      grant(handle, conversation, conversation.probe.on_interrupted(now_));
    }
  });
}

void Worker::publish() {
  const std::uint32_t in_flight = slots_.size();
  if (in_flight != in_flight_told_) {
    const std::uint32_t change = in_flight - in_flight_told_;  // Modulo 2^32, as the sum is.
    const std::uint32_t total =
        gauges_.in_flight.fetch_add(change, std::memory_order_relaxed) + change;
    in_flight_told_ = in_flight;
    std::uint32_t peak = gauges_.in_flight_peak.load(std::memory_order_relaxed);
    while (total > peak &&
           !gauges_.in_flight_peak.compare_exchange_weak(peak, total, std::memory_order_relaxed)) {
    }
  }
  for (std::size_t i = 0; i < kOutcomeCount; ++i) {
    const std::uint64_t news = tally_.outcomes[i] - outcomes_told_[i];
    if (news == 0) continue;
    gauges_.outcomes[i].fetch_add(news, std::memory_order_relaxed);
    outcomes_told_[i] = tally_.outcomes[i];
  }
}

WallTime Worker::wall_time(Instant moment) const {
  return wall_at_start_ +
         std::chrono::duration_cast<std::chrono::microseconds>(moment - monotonic_at_start_);
}

}  // namespace mxsweep::scan
