// SPDX-License-Identifier: MIT
#include "sink/worker.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "mxsweep/ring/clock.h"
#include "mxsweep/ring/socket.h"

namespace mxsweep::sink {
namespace {

// The limit of a thread's table, whatever RLIMIT_NOFILE is: 1 Mi slots of address space.
constexpr std::uint32_t kConnectionsMax = 1U << 20U;

// If the table is full, accepting resumes when a connection ends. The pause is for shortages whose
// end we cannot see (ENFILE, ENOMEM).
constexpr Duration kAcceptPause = std::chrono::seconds(1);

// Under load a turn waits briefly for several completions: fewer system calls for the same work.
constexpr std::uint32_t kLeastMax = 64;
constexpr Duration kGatherMax = std::chrono::milliseconds(1);
constexpr Duration kIdleMax = std::chrono::hours(1);

constexpr std::uint32_t kTimersPerTurn = 4096;

// A handshake step takes up to half a millisecond: the rest of a turn must not wait for many.
constexpr std::uint32_t kHandshakeStepsPerTurn = 16;
constexpr Duration kHandshakePause = std::chrono::milliseconds(1);

// Fits any command and most first messages of a handshake. A buffer is in use for one turn only.
constexpr ring::RingOptions kRingOptions{
    .submissions = 2048, .completions = 8192, .buffers = 2048, .buffer_octets = 2048};

}  // namespace

Worker::Worker(const Common& common)
    : common_(common),
      connections_(std::min(ring::raise_descriptor_limit(), kConnectionsMax)),
      wheel_(connections_.capacity(), ring::now()),
      now_(ring::now()) {
  stats_.by_persona.resize(common_.fleet.personas().size());
  if (common_.log != nullptr) log_.emplace(*common_.log);
}

Worker::~Worker() {
  if (listener_ >= 0) ::close(listener_);
  connections_.for_each([](Handle, Connection& connection) { ::close(connection.descriptor); });
}

Status Worker::open(Listen& listen, int wake_descriptor) {
  ring::RingOptions options = kRingOptions;
  options.wake_descriptor = wake_descriptor;
  if (Status opened = ring_.open(options); !opened.ok()) return opened;
  listener_ = open_listener(listen);
  if (listener_ < 0) {
    return Status::io("cannot listen on port " + std::to_string(listen.port) + ": " +
                      std::strerror(-listener_));
  }
  listen.port = port_of(listener_);
  listen_ = listen;
  return {};
}

int Worker::run() {
  listen_again(now_);
  while (!common_.stopping.load(std::memory_order_relaxed) && ring_.failure() == 0) {
    ring_.submit_and_wait(least_, longest_wait());
    now_ = ring::now();
    wheel_.advance(now_);
    const std::span<const ring::Completion> completions = ring_.completions();
    least_ = std::clamp(static_cast<std::uint32_t>(completions.size()) / 2, 1U, kLeastMax);
    handshake_steps_ = 0;
    take_postponed();
    for (const ring::Completion& completion : completions) on_completion(completion);
    wheel_.expire(
        now_, [this](std::uint32_t timer) { on_timer(timer); }, kTimersPerTurn);
    if (accept_at_ <= now_) {
      accept_at_ = kNever;
      accepting_ = true;
      ring_.accept(listener_, {});
    }
    report_held();
  }
  connections_.for_each([this](Handle, Connection& connection) {
    stats_.out_of_turn += connection.session.out_of_turn();
    log_visit(connection);
  });
  return ring_.failure();
}

Duration Worker::longest_wait() const {
  if (ring_.more() || !postponed_.empty()) return Duration::zero();
  if (least_ > 1) return kGatherMax;
  return std::min<Duration>(std::min(wheel_.next(), accept_at_) - now_, kIdleMax);
}

void Worker::on_completion(const ring::Completion& completion) {
  switch (completion.operation) {
    case ring::Operation::accept: on_accepted(completion); break;
    case ring::Operation::receive: on_received(completion); break;
    case ring::Operation::send: on_sent(completion); break;
    case ring::Operation::connect:
    case ring::Operation::close:
    case ring::Operation::cancel:
    case ring::Operation::wake:
    case ring::Operation::poll: break;
  }
}

void Worker::on_accepted(const ring::Completion& completion) {
  if ((completion.flags & IORING_CQE_F_MORE) == 0) {
    accepting_ = false;
    const int error = completion.result < 0 ? -completion.result : 0;
    // A connection that ended in the queue affects no other; all other errors last for a while.
    const bool at_once = error == 0 || error == ECONNABORTED || error == EINTR;
    listen_again(at_once ? now_ : now_ + kAcceptPause);
  }
  if (completion.result >= 0) begin(completion.result);
}

void Worker::begin(int descriptor) {
  if (connections_.full()) {
    ring_.close(descriptor);
    return;
  }
  const bool whole = listen_.address.family == Family::none;
  const Address at = whole ? local_of(descriptor).address : listen_.address;
  if (!serves(listen_, at)) {
    ring::reset_on_close(descriptor);
    ring_.close(descriptor);
    return;
  }
  const std::size_t persona = common_.fleet.index_at(at);
  const Handle handle = connections_.begin(common_.fleet.personas()[persona], at, descriptor);
  ++stats_.conversations;
  ++stats_.by_persona[persona];
  const std::uint32_t visit = common_.visits.count(at);
  if (visit == 1) ++stats_.addresses;
  stats_.address_conversations_max = std::max(stats_.address_conversations_max, visit);
  Connection& connection = *connections_.find(handle);
  if (log_) {
    connection.visit = std::make_unique<Visit>(
        Visit{.peer = peer_of(descriptor), .local = local_of(descriptor), .opened = now_});
  }
  react(handle, connection, connection.session.on_start(now_));
}

void Worker::on_received(const ring::Completion& completion) {
  Connection* const connection = connections_.find(completion.handle);
  if (connection != nullptr) {
    connection->receiving = false;
    if (connection->ending) {
      close_if_idle(completion.handle, *connection);
    } else if (completion.result > 0) {
      take(completion.handle, *connection, ring_.octets(completion));
    } else if (completion.result == -ENOBUFS) {
      // All buffers are in use in this turn; they are available again when this is submitted.
      connection->receiving = true;
      ring_.receive(connection->descriptor, completion.handle);
    } else {
      finish(completion.handle, *connection);
    }
  }
  ring_.give_back(completion);
}

// No receive is queued while octets are postponed, so that no later ones can overtake them.
void Worker::take(Handle handle, Connection& connection, std::string_view octets) {
  if (connection.session.handshaking() && handshake_steps_++ >= kHandshakeStepsPerTurn) {
    connection.receiving = true;
    postponed_.push_back({handle, std::string(octets)});
    return;
  }
  react(handle, connection, connection.session.on_bytes(octets, now_));
}

void Worker::take_postponed() {
  for (std::size_t left = postponed_.size(); left > 0; --left) {
    if (handshake_steps_ >= kHandshakeStepsPerTurn) return;
    const Postponed next = std::move(postponed_.front());
    postponed_.pop_front();
    Connection& connection = *connections_.find(next.handle);  // Not idle, hence not ended.
    connection.receiving = false;
    if (connection.ending) {
      close_if_idle(next.handle, connection);
    } else {
      take(next.handle, connection, next.octets);
    }
  }
}

// A send with a completion has ended. One without has failed, which the receive will report.
void Worker::on_sent(const ring::Completion& completion) {
  Connection* const connection = connections_.find(completion.handle);
  if (connection == nullptr || !connection->sending) return;
  connection->sending = false;
  if (connection->ending) {
    close_if_idle(completion.handle, *connection);
  } else if (completion.result < 0) {
    finish(completion.handle, *connection);
  } else {
    react(completion.handle, *connection, connection->session.on_sent(now_));
  }
}

void Worker::on_timer(std::uint32_t index) {
  const Handle handle = connections_.handle_of(index);
  Connection& connection = *connections_.find(handle);
  if (connection.session.handshaking() && handshake_steps_++ >= kHandshakeStepsPerTurn) {
    wheel_.start(index, now_ + kHandshakePause);
    return;
  }
  react(handle, connection, connection.session.on_timer(now_));
}

void Worker::react(Handle handle, Connection& connection, const Reaction& reaction) {
  if (!reaction.send.empty()) {
    if (reaction.report_sent) {
      ring_.send_and_report(connection.descriptor, handle, reaction.send);
      connection.sending = true;
    } else {
      ring_.send(connection.descriptor, handle, reaction.send);
    }
  }
  if (reaction.end != Reaction::End::no) {
    connection.with_reset = reaction.end == Reaction::End::reset;
    finish(handle, connection);
    return;
  }
  if (reaction.wake == kNever) {
    wheel_.cancel(handle.index);
  } else {
    wheel_.start(handle.index, reaction.wake);
  }
  if (!connection.receiving) {
    // Always queued, at least to detect that the peer has closed.
    ring_.receive(connection.descriptor, handle);
    connection.receiving = true;
  }
}

void Worker::finish(Handle handle, Connection& connection) {
  connection.ending = true;
  wheel_.cancel(handle.index);
  if (connection.receiving) ring_.cancel(ring::Operation::receive, handle);
  if (connection.sending) ring_.cancel(ring::Operation::send, handle);
  close_if_idle(handle, connection);
}

void Worker::close_if_idle(Handle handle, Connection& connection) {
  if (connection.receiving || connection.sending) return;
  if (connection.with_reset) ring::reset_on_close(connection.descriptor);
  log_visit(connection);
  ring_.close(connection.descriptor);
  stats_.out_of_turn += connection.session.out_of_turn();
  connections_.end(handle);
  // A table that was full has room again once the close above has completed.
  if (!accepting_) listen_again(now_);
}

void Worker::log_visit(Connection& connection) {
  if (connection.visit == nullptr) return;
  connection.visit->closed = now_;
  log_->add(*connection.visit);
}

void Worker::listen_again(Instant when) { accept_at_ = std::min(accept_at_, when); }

void Worker::report_held() {
  const std::uint32_t held = connections_.size();
  if (held == held_reported_) return;
  const std::uint32_t together =
      common_.held.fetch_add(held - held_reported_, std::memory_order_relaxed) + held -
      held_reported_;
  held_reported_ = held;
  stats_.held_peak = std::max(stats_.held_peak, together);
}

}  // namespace mxsweep::sink
