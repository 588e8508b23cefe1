// SPDX-License-Identifier: MIT
#include "scan/worker.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "mxsweep/core/invariant.h"
#include "mxsweep/ring/clock.h"
#include "mxsweep/ring/socket.h"
#include "mxsweep/verdict/classify.h"

namespace mxsweep::scan {
namespace {

constexpr std::size_t kInboxTargets = 1024;
// Connections started in one turn at most, so that a long list cannot starve who is connected.
constexpr std::uint32_t kAdmitPerTurn = 256;
constexpr std::uint32_t kTimersPerTurn = 1024;
// Handshake steps in a turn: what a deadline, or somebody else's reply, has to wait for them at
// most. Many in a row share what the processor's caches hold: 64 in a row cost 5 % less than 16.
constexpr Duration kHandshakeTimePerTurn = std::chrono::milliseconds{10};
// The wheel is late by up to a fifteenth of a span. So it is set to an earlier moment, and set
// again for the little that is left then.
constexpr int kWheelEarlyPart = 16;

// Waiting for several completions saves system calls, which counts when many are in flight; it adds
// at most this to a latency. With few in flight each completion is taken as it comes.
constexpr std::uint32_t kBatch = 128;
constexpr std::uint32_t kInFlightPerBatched = 8;
constexpr Duration kBatchWaitMax = std::chrono::milliseconds{1};

constexpr Duration kIdleWaitMax = std::chrono::seconds{1};

constexpr Duration kBrakeLeast = std::chrono::milliseconds{10};
constexpr Duration kBrakeMost = std::chrono::seconds{1};
constexpr Duration kShortageMost = std::chrono::minutes{5};  // Longer than any conversation.

}  // namespace

Worker::Worker(const WorkerOptions& options, std::uint32_t number, Admission& admission,
               Gauges& gauges, const Outboxes& outboxes, Doorbell& feeder)
    : options_(options),
      plan_(*options.plan),
      gauges_(gauges),
      recorder_(outboxes),
      feeder_(feeder),
      inbox_(kInboxTargets, options.inbox_octets),
      now_(ring::now()),
      slots_(options.capacity),
      open_(options.capacity),
      wheel_(options.capacity, now_),
      permit_(admission, number),
      servers_(plan_, options.share_octets) {
  plan_.wall_at_zero = ring::wall_at_zero();
  admission.doorbells[number] = &bell_;
}

void Worker::no_more() {
  list_ended_.store(true, std::memory_order_seq_cst);
  bell_.ring_anyway();
}

void Worker::open() {
  if (!bell_.good()) {
    refusal_ = ring::explain_refusal(EMFILE);
  } else if (options_.own_descriptors && !ring::own_descriptor_table()) {
    refusal_ = {"a descriptor table per worker is not permitted here (unshare(CLONE_FILES))",
                "lower --concurrency, or allow unshare in the container's seccomp profile"};
  } else {
    refusal_ = ring_.emplace().open({.wake_descriptor = bell_.descriptor()});
    if (!refusal_) open_tls();
    ring_features_ = ring_->features();
  }
}

// The ring has one issuer, and its descriptor may be in a table of this thread's alone.
void Worker::close() { ring_.reset(); }

void Worker::run() {
  now_ = ring::now();  // What came before is part of no connect.
  while (!finished() && ring_->failure() == 0) turn();
  if (ring_->failure() != 0) give_up();
  publish();
  permit_.settle(0, false);
  // The writers take or discard whatever comes, so this ends.
  recorder_.drain();
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
  if (!behind()) {
    take_from_queue();
    expire();
  }
  const Stop stop = gauges_.stop.load(std::memory_order_relaxed);
  if (stop != Stop::none && drain_until_ == kNever) drain_until_ = now_ + options_.drain;
  if (stop == Stop::drain) answer_known();
  if (stop == Stop::leave || now_ >= drain_until_) interrupt_all();
  recorder_.flush_due(now_);
  publish();
}

bool Worker::finished() const {
  if (slots_.size() != 0) return false;
  const Stop stop = gauges_.stop.load(std::memory_order_relaxed);
  if (stop == Stop::drain) return !servers_.has_settled();
  if (stop == Stop::leave) return true;
  return list_ended_.load(std::memory_order_acquire) && inbox_.empty() && put_off_.empty() &&
         !next_ && servers_.waiting() == 0;
}

bool Worker::may_record() const {
  return !recorder_.crowded() && gauges_.stop.load(std::memory_order_relaxed) == Stop::none;
}

bool Worker::may_connect() const { return !slots_.full() && now_ >= braked_until_; }

// When admit() may have something to do that no completion and no bell tells of.
Instant Worker::next_admission() const {
  if (!may_record()) return kNever;
  if (!next_) {
    // More than one turn's budget.
    const bool more =
        !put_off_.empty() || servers_.has_settled() || (!inbox_.empty() && !servers_.full());
    return more ? now_ : kNever;
  }
  if (slots_.full()) return kNever;
  return now_ < braked_until_ ? braked_until_ : permit_.next(now_);
}

void Worker::wait() {
  Instant until = std::min(
      {wheel_.next(), recorder_.flush_at(), drain_until_, next_admission(), now_ + kIdleWaitMax});
  std::uint32_t least = 1;
  const bool listens = !next_ && inbox_.empty();  // To the bell: for the next errand.
  if (ring_->more() || !queue_.empty()) until = now_;
  if (drain_until_ != kNever && servers_.has_settled()) {
    until = std::min(until, recorder_.crowded() ? now_ + kCrowdedWait : now_);
  }
  const std::uint32_t batch = std::min(kBatch, slots_.size() / kInFlightPerBatched);
  if (batch > 1) {
    least = batch;
    until = std::min(until, now_ + kBatchWaitMax);
  }
  const bool deep = until > now_ + kBatchWaitMax;
  if (deep) {
    bell_.prepare();
    const bool news =
        (listens && !inbox_.empty()) || permit_.has_place(slots_.size()) || finished() ||
        (drain_until_ == kNever && gauges_.stop.load(std::memory_order_seq_cst) != Stop::none);
    if (news) until = now_;
  }
  ring_->submit_and_wait(least, until - now_);
  if (deep) bell_.woken();
}

void Worker::admit() {
  // Whoever is connected comes first, or they would wait for those who come after them.
  if (turns_behind_ > 0 || !may_record()) {
    return permit_.settle(slots_.size(), next_ && may_record() && may_connect());
  }
  const std::size_t inbox_before = inbox_.size();
  std::uint32_t budget = kAdmitPerTurn;
  while (find_next(budget) && may_connect() && permit_.take(slots_.size(), now_)) {
    --budget;
    Visit visit = std::move(*next_);
    next_.reset();
    if (!start(std::move(visit))) break;
  }
  permit_.settle(slots_.size(), next_ && may_connect());
  // The feeder sleeps while the inbox is full; waking it for each place would cost more than it
  // gains.
  if (inbox_.size() < inbox_before && inbox_.size() <= inbox_.capacity() / 2) feeder_.ring();
}

// Whether next_ is somebody to connect to. On the way there everybody is served who needs no
// connection; `budget` says how many, and the rest has to wait for the next turn.
bool Worker::find_next(std::uint32_t& budget) {
  for (; !next_ && budget > 0 && !recorder_.crowded(); --budget) {
    if (!put_off_.empty()) {
      next_ = std::move(put_off_.front());
      put_off_.pop_front();
      break;
    }
    Errand errand;
    const bool found = servers_.take_settled(errand) || (!servers_.full() && inbox_.pop(errand));
    if (!found) break;
    Servers::Server* server = nullptr;
    if (options_.share_octets != 0) {
      const auto place = servers_.place(errand, probe::tls_mode(plan_, errand.target));
      if (place.known != nullptr) record_shared(errand, *place.known);
      if (place.to_visit == nullptr) continue;
      server = place.to_visit;
    }
    next_ = {.errand = std::move(errand), .since = now_, .server = server};
  }
  return next_ && budget > 0;
}

// The sweep ends, and some wait for a server that has been visited by now.
void Worker::answer_known() {
  Errand errand;
  std::uint32_t budget = kAdmitPerTurn;
  for (; budget > 0 && !recorder_.crowded() && servers_.take_settled(errand); --budget) {
    const auto place = servers_.place(errand, probe::tls_mode(plan_, errand.target));
    if (place.known != nullptr) record_shared(errand, *place.known);
    if (place.to_visit == nullptr) continue;
    ++abandoned_;
    servers_.forget(*place.to_visit);
  }
}

// False: a local shortage; the visit is put off.
bool Worker::start(Visit&& visit) {
  const int descriptor = ring::open_tcp(visit.errand.target.address.family);
  if (descriptor < 0 && verdict::is_local_shortage(-descriptor)) {
    put_off(std::move(visit), -descriptor);
    return false;
  }
  const Handle handle = slots_.begin(std::move(visit), plan_, descriptor);
  Conversation& conversation = *slots_.find(handle);
  conversation.place = open_.place_of(conversation.visit.errand.target.address);
  const probe::Wants wants = conversation.probe.on_started(now_, open_.add(conversation.place));
  if (descriptor < 0) {
    grant(handle, conversation, conversation.probe.on_error(-descriptor, now_));
    return true;
  }
  conversation.armed = Conversation::Armed::connect;
  const targets::Target& target = conversation.visit.errand.target;
  ring_->connect(descriptor, handle, ring::socket_address(target.address, target.port));
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
      on_sent(completion.handle, *conversation, completion.result);
      return;
    case ring::Operation::close:
    case ring::Operation::cancel:
    case ring::Operation::accept:
    case ring::Operation::wake:
    case ring::Operation::poll: return;
  }
}

void Worker::on_connect_result(Handle handle, Conversation& conversation, int result) {
  conversation.armed = Conversation::Armed::none;
  if (conversation.recorded) {
    end(handle, conversation);
  } else if (result == 0) {
    brake_ = {};
    if (!put_in_queue(handle, conversation, {})) {
      grant(handle, conversation, conversation.probe.on_connected(now_));
    }
  } else if (verdict::is_local_shortage(-result)) {
    put_off(std::move(conversation.visit), -result);
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
    end(handle, conversation);
  } else if (completion.result > 0) {
    const std::string_view octets = ring_->octets(completion);
    if (!put_in_queue(handle, conversation, octets)) {
      grant(handle, conversation, conversation.probe.on_bytes(octets, now_));
    }
  } else if (completion.result == 0) {
    grant(handle, conversation, conversation.probe.on_closed(now_));
  } else if (completion.result == -ENOBUFS) {
    starved_.push_back(handle);
  } else {
    grant(handle, conversation, conversation.probe.on_error(-completion.result, now_));
  }
}

// News that means a handshake step waits for its turn, with nothing armed. The peer has done its
// part, so its deadline stops. False: it need not wait.
bool Worker::put_in_queue(Handle handle, Conversation& conversation, std::string_view octets) {
  if (!conversation.probe.next_is_costly()) return false;
  if (conversation.parcels == nullptr) conversation.parcels = std::make_unique<Parcels>();
  conversation.parcels->heard = octets;
  conversation.parcels->heard_at = now_;
  wheel_.cancel(handle.index);
  queue_.push_back(handle);
  return true;
}

// A step is so much work that the time is read again before each, or those behind it would be told
// that they heard of things long before they did.
void Worker::take_from_queue() {
  if (queue_.empty()) return;
  const Instant until = now_ + kHandshakeTimePerTurn;
  while (now_ < until && !queue_.empty()) {
    const Handle handle = queue_.front();
    queue_.pop_front();
    Conversation* const conversation = slots_.find(handle);
    if (conversation == nullptr || conversation->recorded) continue;
    const Instant heard_at = conversation->parcels->heard_at;
    const std::string octets = std::exchange(conversation->parcels->heard, {});
    probe::Probe& probe = conversation->probe;
    const Instant began = now_;
    const probe::Wants wants = octets.empty() ? probe.on_connected(began, heard_at)
                                              : probe.on_bytes(octets, began, heard_at);
    now_ = ring::now();
    probe.on_step_ended(began, now_);
    grant(handle, *conversation, wants);
  }
}

// The same options have opened a client before: what they lack now is memory.
void Worker::open_tls() {
  plan_.tls = &tls_;
  const std::string wrong = tls_.open(*options_.tls);
  if (!wrong.empty())
    refusal_ = {wrong, "lower --threads, or raise the limit of memory (ulimit -v)"};
}

// Turns what a probe wants into operations.
void Worker::grant(Handle handle, Conversation& conversation, const probe::Wants& wants) {
  if (!wants.send.empty()) send(handle, conversation, wants);
  if (!wants.done) {
    if (wants.acknowledge) ring::acknowledge_now(conversation.descriptor);
    if (wants.half_close) ring::half_close(conversation.descriptor);
    if (conversation.armed == Conversation::Armed::none) receive(handle, conversation);
    arm(handle, wants.deadline);
    return;
  }
  if (wants.shortage != 0) {
    put_off(std::move(conversation.visit), wants.shortage);
    conversation.recorded = true;
  } else {
    record(conversation);
  }
  wheel_.cancel(handle.index);
  if (wants.abort) ring::reset_on_close(conversation.descriptor);
  switch (conversation.armed) {
    case Conversation::Armed::none: end(handle, conversation); return;
    case Conversation::Armed::connect: ring_->cancel(ring::Operation::connect, handle); return;
    case Conversation::Armed::receive: ring_->cancel(ring::Operation::receive, handle); return;
  }
}

void Worker::send(Handle handle, Conversation& conversation, const probe::Wants& wants) {
  if (!wants.passing) return ring_->send(conversation.descriptor, handle, wants.send);
  if (conversation.parcels == nullptr) conversation.parcels = std::make_unique<Parcels>();
  Parcels& parcels = *conversation.parcels;
  if (!parcels.sending.empty()) {
    parcels.next += wants.send;
    return;
  }
  parcels.sending = wants.send;
  ring_->send_and_tell(conversation.descriptor, handle, parcels.sending);
}

// A send that failed for the peer's sake is told by the receive that is armed behind it; one that
// has no parcels sent the plan's own words.
void Worker::on_sent(Handle handle, Conversation& conversation, int result) {
  if (conversation.parcels == nullptr) return;
  Parcels& parcels = *conversation.parcels;
  parcels.sending = std::exchange(parcels.next, {});
  if (result < 0) parcels.sending.clear();
  // Sending has made our kernel delay its acknowledgements. What the server sends behind its
  // tickets stays in its queue until they are acknowledged, and is lost there if it closes by a
  // reset.
  if (!conversation.recorded) ring::acknowledge_now(conversation.descriptor);
  if (!parcels.sending.empty()) {
    ring_->send_and_tell(conversation.descriptor, handle, parcels.sending);
  } else if (conversation.recorded) {
    end(handle, conversation);
  }
}

void Worker::arm(Handle handle, Instant deadline) {
  const Duration early = std::max(deadline - now_, Duration::zero()) / kWheelEarlyPart;
  wheel_.start(handle.index, early > TimerWheel::kTick ? deadline - early : deadline);
}

// Its record is written; it goes when no operation of its own is left.
void Worker::end(Handle handle, Conversation& conversation) {
  const bool sending = conversation.parcels != nullptr && !conversation.parcels->sending.empty();
  if (conversation.armed == Conversation::Armed::none && !sending) release(handle, conversation);
}

void Worker::receive(Handle handle, Conversation& conversation) {
  conversation.armed = Conversation::Armed::receive;
  ring_->receive(conversation.descriptor, handle);
}

void Worker::release(Handle handle, Conversation& conversation) {
  if (conversation.descriptor >= 0) ::close(conversation.descriptor);
  open_.remove(conversation.place);
  slots_.end(handle);
}

void Worker::put_off(Visit&& visit, int error) {
  // Whoever was begun together fails together: one shortage, one braking.
  if (now_ >= braked_until_) {
    brake_ = std::clamp(brake_ * 2, kBrakeLeast, kBrakeMost);
    braked_until_ = now_ + brake_;
  }
  gauges_.shortages.fetch_add(1, std::memory_order_relaxed);
  gauges_.last_shortage.store(error, std::memory_order_relaxed);
  if (now_ - visit.since < kShortageMost) {
    put_off_.push_back(std::move(visit));
  } else {
    record_shortage(visit, error);
  }
}

// What has completed is heard before a deadline counts as missed, and before there is time for a
// handshake: when we are the slow ones, the peer must not be blamed. A flood can put this off only
// until every connection has had its say.
bool Worker::behind() {
  ++turns_behind_;
  // One turn more always: a wait that a signal ended (SIGCONT) has run no completion at all.
  const std::uint64_t heard = std::uint64_t{turns_behind_ - 1} * ring::kCompletionsPerTurn;
  if (ring_->more() && heard <= slots_.size()) return true;
  turns_behind_ = 0;
  return false;
}

void Worker::expire() {
  wheel_.expire(
      now_,
      [this](std::uint32_t index) {
        const Handle handle = slots_.handle_of(index);
        Conversation& conversation = *slots_.find(handle);
        const Instant deadline = conversation.probe.deadline();
        if (now_ < deadline) return arm(handle, deadline);
        deadline_late_max_ = std::max(deadline_late_max_, now_ - deadline);
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
    const std::uint64_t news = recorder_.tally().outcomes[i] - outcomes_told_[i];
    if (news == 0) continue;
    gauges_.outcomes[i].fetch_add(news, std::memory_order_relaxed);
    outcomes_told_[i] = recorder_.tally().outcomes[i];
  }
}

}  // namespace mxsweep::scan
