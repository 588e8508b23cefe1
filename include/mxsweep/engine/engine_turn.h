// SPDX-License-Identifier: MIT
// The bodies of engine/engine.h, which includes this file; nothing else should.
#pragma once

#include <algorithm>
#include <cerrno>

#include "mxsweep/engine/engine.h"
#include "mxsweep/verdict/classify.h"

namespace mxsweep::engine {

template <typename Kernel, typename Listener>
bool Engine<Kernel, Listener>::start(Visit&& visit) {
  const int descriptor = Kernel::open_tcp(visit.target().address.family);
  if (descriptor < 0 && verdict::is_local_shortage(-descriptor)) {
    listener_.on_shortage(std::move(visit), -descriptor, now_);
    return false;
  }
  const Handle handle = slots_.begin(std::move(visit), plan_, descriptor);
  Conversation& conversation = *slots_.find(handle);
  const targets::Target& target = conversation.visit.target();
  conversation.place = connections_.place_of(target.address);
  const probe::Wants wants =
      conversation.probe.on_started(now_, connections_.add(conversation.place));
  if (descriptor < 0) {
    grant(handle, conversation, conversation.probe.on_error(-descriptor, now_));
    return true;
  }
  conversation.armed = Conversation::Armed::connect;
  kernel_->connect(descriptor, handle, ring::socket_address(target.address, target.port));
  grant(handle, conversation, wants);
  return true;
}

template <typename Kernel, typename Listener>
auto Engine<Kernel, Listener>::next_wait(Instant until) const -> Wait {
  Wait wait{.completions = 1, .until = std::min(until, wheel_.next())};
  if (kernel_->more() || !handshake_queue_.empty()) wait.until = now_;
  const std::uint32_t batch = std::min(kBatch, slots_.size() / kOpenPerBatched);
  if (batch > 1) {
    wait.completions = batch;
    wait.until = std::min(wait.until, now_ + kBatchWaitMax);
  }
  return wait;
}

template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::work() {
  read_clock();
  wheel_.advance(now_);
  excuse_stop();
  for (const ring::Completion& completion : kernel_->completions()) complete(completion);
  // Every buffer that was lent in this turn is back by now.
  for (const Handle handle : std::exchange(receives_without_buffer_, {})) {
    Conversation* const conversation = slots_.find(handle);
    if (conversation == nullptr) continue;
    receive(handle, *conversation);
    // Its octets are there: a deadline that has passed meanwhile waits for them, until the next
    // turn.
    arm(handle, conversation->probe.deadline());
  }
  count_backlog();
  if (behind()) return;
  // A step may ask for more of what has come meanwhile, with a deadline that has passed.
  const Instant seen_until = now_;
  run_handshake_steps();
  expire(seen_until);
}

template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::complete(const ring::Completion& completion) {
  Conversation* const conversation = slots_.find(completion.handle);
  // A completion can outlive its connection; the generation in its handle tells late news from
  // ours.
  if (conversation == nullptr) {
    kernel_->give_back(completion);
    return;
  }
  switch (completion.operation) {
    case ring::Operation::connect:
      on_connect_result(completion.handle, *conversation, completion.result);
      return;
    case ring::Operation::receive:
      on_received(completion.handle, *conversation, completion);
      kernel_->give_back(completion);
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

template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::on_connect_result(Handle handle, Conversation& conversation,
                                                 int result) {
  conversation.armed = Conversation::Armed::none;
  if (conversation.ended) {
    end(handle, conversation);
  } else if (result == 0) {
    listener_.on_connected();
    if (!queue_handshake_step(handle, conversation, {})) {
      grant(handle, conversation, conversation.probe.on_connected(now_));
    }
  } else if (verdict::is_local_shortage(-result)) {
    listener_.on_shortage(std::move(conversation.visit), -result, now_);
    wheel_.cancel(handle.index);
    release(handle, conversation);
  } else {
    grant(handle, conversation, conversation.probe.on_error(-result, now_));
  }
}

template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::on_received(Handle handle, Conversation& conversation,
                                           const ring::Completion& completion) {
  conversation.armed = Conversation::Armed::none;
  if (conversation.ended) {
    end(handle, conversation);
  } else if (completion.result > 0) {
    const std::string_view octets = kernel_->octets(completion);
    if (!queue_handshake_step(handle, conversation, octets)) {
      grant(handle, conversation, conversation.probe.on_bytes(octets, now_));
    }
  } else if (completion.result == 0) {
    grant(handle, conversation, conversation.probe.on_closed(now_));
  } else if (completion.result == -ENOBUFS) {
    receives_without_buffer_.push_back(handle);
  } else {
    grant(handle, conversation, conversation.probe.on_error(-completion.result, now_));
  }
}

// News that means a handshake step waits for its turn, with nothing armed. The peer has done its
// part, so its deadline stops. False: it need not wait.
template <typename Kernel, typename Listener>
bool Engine<Kernel, Listener>::queue_handshake_step(Handle handle, Conversation& conversation,
                                                    std::string_view octets) {
  if (!conversation.probe.next_is_costly()) return false;
  if (conversation.tls_buffers == nullptr)
    conversation.tls_buffers = std::make_unique<TlsBuffers>();
  conversation.tls_buffers->received = octets;
  conversation.tls_buffers->received_at = now_;
  wheel_.cancel(handle.index);
  handshake_queue_.push_back(handle);
  return true;
}

// A step is so much work that the time is read again before each, or those behind it would be told
// that their octets came long before they did.
template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::run_handshake_steps() {
  if (handshake_queue_.empty()) return;
  const Instant until = now_ + kHandshakeTimePerTurn;
  while (now_ < until && !handshake_queue_.empty()) {
    const Handle handle = handshake_queue_.front();
    handshake_queue_.pop_front();
    Conversation* const conversation = slots_.find(handle);
    if (conversation == nullptr || conversation->ended) continue;
    const Instant received_at = conversation->tls_buffers->received_at;
    const std::string octets = std::exchange(conversation->tls_buffers->received, {});
    probe::Probe& probe = conversation->probe;
    const Instant began = now_;
    const probe::Wants wants = octets.empty() ? probe.on_connected(began, received_at)
                                              : probe.on_bytes(octets, began, received_at);
    read_clock();
    probe.on_step_ended(began, now_);
    grant(handle, *conversation, wants);
  }
}

// Turns what a probe wants into operations.
template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::grant(Handle handle, Conversation& conversation,
                                     const probe::Wants& wants) {
  if (!wants.send.empty()) send(handle, conversation, wants);
  if (!wants.done) {
    if (wants.acknowledge) Kernel::acknowledge_now(conversation.descriptor);
    if (wants.half_close) Kernel::half_close(conversation.descriptor);
    if (conversation.armed == Conversation::Armed::none) receive(handle, conversation);
    arm(handle, wants.deadline);
    return;
  }
  conversation.ended = true;
  if (wants.shortage != 0) {
    listener_.on_shortage(std::move(conversation.visit), wants.shortage, now_);
  } else {
    listener_.on_end(conversation.visit, conversation.probe, now_);
  }
  wheel_.cancel(handle.index);
  if (wants.abort) Kernel::reset_on_close(conversation.descriptor);
  switch (conversation.armed) {
    case Conversation::Armed::none: end(handle, conversation); return;
    case Conversation::Armed::connect: kernel_->cancel(ring::Operation::connect, handle); return;
    case Conversation::Armed::receive: kernel_->cancel(ring::Operation::receive, handle); return;
  }
}

template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::send(Handle handle, Conversation& conversation,
                                    const probe::Wants& wants) {
  if (!wants.passing) return kernel_->send(conversation.descriptor, handle, wants.send);
  if (conversation.tls_buffers == nullptr)
    conversation.tls_buffers = std::make_unique<TlsBuffers>();
  TlsBuffers& tls_buffers = *conversation.tls_buffers;
  if (!tls_buffers.sending.empty()) {
    tls_buffers.next += wants.send;
    return;
  }
  tls_buffers.sending = wants.send;
  kernel_->send_and_report(conversation.descriptor, handle, tls_buffers.sending);
}

// A send that failed because of the peer is told by the receive that is armed behind it; one that
// has no TLS buffers sent the plan's own words.
template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::on_sent(Handle handle, Conversation& conversation, int result) {
  if (conversation.tls_buffers == nullptr) return;
  TlsBuffers& tls_buffers = *conversation.tls_buffers;
  tls_buffers.sending = std::exchange(tls_buffers.next, {});
  if (result < 0) tls_buffers.sending.clear();
  // Sending has made our kernel delay its acknowledgements. What the server sends behind its
  // tickets stays in its queue until they are acknowledged, and is lost there if it closes by a
  // reset.
  if (!conversation.ended) Kernel::acknowledge_now(conversation.descriptor);
  if (!tls_buffers.sending.empty()) {
    kernel_->send_and_report(conversation.descriptor, handle, tls_buffers.sending);
  } else if (conversation.ended) {
    end(handle, conversation);
  }
}

template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::receive(Handle handle, Conversation& conversation) {
  conversation.armed = Conversation::Armed::receive;
  kernel_->receive(conversation.descriptor, handle);
}

template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::arm(Handle handle, Instant deadline) {
  const Duration early = std::max(deadline - now_, Duration::zero()) / kWheelEarlyPart;
  wheel_.start(handle.index, early > TimerWheel::kTick ? deadline - early : deadline);
}

// The listener knows of its end; the slot ends when no operation of it is left.
template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::end(Handle handle, Conversation& conversation) {
  const bool sending =
      conversation.tls_buffers != nullptr && !conversation.tls_buffers->sending.empty();
  if (conversation.armed == Conversation::Armed::none && !sending) release(handle, conversation);
}

template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::release(Handle handle, Conversation& conversation) {
  if (conversation.descriptor >= 0) Kernel::close_socket(conversation.descriptor);
  connections_.remove(conversation.place);
  slots_.end(handle);
}

// What has completed is worked through before a deadline counts as missed, and before there is time
// for a handshake. A flood can put this off only until every connection has had its turn.
template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::count_backlog() {
  ++turns_behind_;
  // One turn more always: a wait that a signal ended (SIGCONT) has run no completion at all.
  const std::uint64_t worked = std::uint64_t{turns_behind_ - 1} * ring::kCompletionsPerTurn;
  if (!kernel_->more() || worked > slots_.size()) turns_behind_ = 0;
}

// While the process was stopped, servers answered in time and it could not go on with them. That
// must not use up the time of the phase, for the rest of a long answer is still in the socket, nor
// that of the session, or the next command would have none left.
template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::excuse_stop() {
  if (waited_until_ == kNever || now_ - waited_until_ < kStopLeast) return;
  const Duration stopped = now_ - waited_until_;
  slots_.for_each([stopped](Handle /*handle*/, Conversation& conversation) {
    if (!conversation.ended) conversation.probe.excuse(stopped);
  });
}

template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::expire(Instant until) {
  wheel_.expire(
      until,
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

template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::interrupt_all() {
  if (std::exchange(interrupted_, true)) return;
  slots_.for_each([this](Handle handle, Conversation& conversation) {
    if (!conversation.ended) grant(handle, conversation, conversation.probe.on_interrupted(now_));
  });
}

template <typename Kernel, typename Listener>
void Engine<Kernel, Listener>::give_up() {
  interrupt_all();
  kernel_.reset();  // Before what it may still be sending.
  slots_.for_each(
      [this](Handle handle, Conversation& conversation) { release(handle, conversation); });
}

}  // namespace mxsweep::engine
