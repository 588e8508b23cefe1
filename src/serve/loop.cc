// SPDX-License-Identifier: MIT
#include "serve/loop.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "mxsweep/core/ascii.h"
#include "mxsweep/ring/clock.h"

namespace mxsweep::serve {
namespace {

constexpr int kAcceptedOfTurn = 64;
constexpr Duration kShortagePause = std::chrono::milliseconds{100};
constexpr Duration kSleepMax = std::chrono::minutes{1};

Connections::Limits limits_of(const ServerOptions& options) {
  return {.connections = options.connections,
          .connections_of_address = options.connections_of_address,
          .request = options.request_deadline,
          .handler = options.patience,
          .taker = options.answer_deadline,
          .stream = options.stream_deadline};
}

Rules rules_of(const ServerOptions& options) {
  Rules rules{.hosts = options.hosts, .body_octets_max = options.body_octets_max};
  for (std::string& host : rules.hosts) std::ranges::transform(host, host.begin(), lower);
  return rules;
}

bool is_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

Loop::Loop(const ServerOptions& options, int listener, const Server::Handler& handler, Tally& tally)
    : options_(options),
      handler_(handler),
      tally_(tally),
      listener_(listener),
      rules_(rules_of(options)),
      connections_(limits_of(options)) {}

Loop::~Loop() {
  if (daemon_ != nullptr) ::MHD_stop_daemon(daemon_);
  inbox_->close();
  ::close(listener_);
}

void Loop::run() {
  while (!stopping_.load(std::memory_order_acquire)) {
    now_ = ring::now();
    accept_some();
    pass_on_replies();
    close_late();
    ::MHD_run(daemon_);
    sleep();
  }
  finish();
}

void Loop::stop() {
  stopping_.store(true, std::memory_order_release);
  inbox_->bell().notify();
}

// The library must not be stopped while connections are suspended: a stream that is asked for more
// now has no more, and is not suspended again.
void Loop::finish() {
  for (const auto& [descriptor, guest] : guests_) {
    if (guest->suspended) resume(*guest);
  }
  ::MHD_run(daemon_);
  ::MHD_stop_daemon(std::exchange(daemon_, nullptr));
  inbox_->close();
}

void Loop::sleep() {
  Instant until = std::min(connections_.next_deadline(), now_ + kSleepMax);
  const bool accepting = now_ >= accept_from_;
  if (!accepting) until = std::min(until, accept_from_);
  MHD_UNSIGNED_LONG_LONG pending_ms = 0;
  if (::MHD_get_timeout(daemon_, &pending_ms) == MHD_YES) {
    until = std::min(until, now_ + std::chrono::milliseconds{pending_ms});
  }
  threads::Doorbell& bell = inbox_->bell();
  bell.prepare();
  const bool idle = inbox_->empty() && !stopping_.load(std::memory_order_acquire);
  const Duration longest = idle ? std::max(until - now_, Duration::zero()) : Duration::zero();
  pollfd polled[] = {{.fd = bell.descriptor(), .events = POLLIN, .revents = 0},
                     {.fd = epoll_, .events = POLLIN, .revents = 0},
                     {.fd = accepting ? listener_ : -1, .events = POLLIN, .revents = 0}};
  ::poll(polled, std::size(polled),
         static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(longest).count()));
  bell.cancel_wait();
  if ((polled[0].revents & POLLIN) != 0) bell.wait();
}

void Loop::accept_some() {
  if (now_ < accept_from_) return;
  for (int count = 0; count < kAcceptedOfTurn && connections_.size() < open_max(); ++count) {
    const Accepted accepted = accept_from(listener_);
    if (accepted.descriptor >= 0) {
      if (!admit(accepted)) ++tally_.refused;
      continue;
    }
    if (accepted.descriptor == -EAGAIN) return;
    if (!is_shortage(-accepted.descriptor)) continue;  // The peer has gone.
    accept_from_ = now_ + kShortagePause;
    const Connections::Room room = connections_.room_for(Address{});
    if (room.instead_of) close(*room.instead_of);
    return;
  }
}

bool Loop::admit(const Accepted& accepted) {
  const int descriptor = accepted.descriptor;
  const Address peer = ring::address_of(accepted.peer.storage);
  const Connections::Room room = connections_.room_for(peer);
  if (!room.there_is) {
    ring::reset_on_close(descriptor);
    ::close(descriptor);
    return false;
  }
  if (room.instead_of) close(*room.instead_of);
  auto guest = std::make_unique<Guest>();
  guest->descriptor = descriptor;
  guest->peer = peer;
  guest->local = local_of(descriptor).address;
  guests_[descriptor] = std::move(guest);
  connections_.begin(descriptor, peer, now_);
  tally_.open.store(static_cast<std::uint32_t>(connections_.size()));
  const auto* const address = reinterpret_cast<const sockaddr*>(&accepted.peer.storage);
  if (::MHD_add_connection(daemon_, descriptor, address, accepted.peer.octets) == MHD_YES) {
    return true;
  }
  forget(descriptor);  // The library has closed it.
  return false;
}

void Loop::forget(int descriptor) {
  const auto guest = guests_.find(descriptor);
  if (guest == guests_.end()) return;
  waiting_.erase(guest->second->exchange.number);
  guests_.erase(guest);
  connections_.end(descriptor);
  tally_.open.store(static_cast<std::uint32_t>(connections_.size()));
}

void Loop::close(int descriptor) {
  connections_.wait(descriptor, Waits::end, now_);
  ++tally_.expired;  // Before the peer can see it.
  shut(descriptor);
}

void Loop::close_late() {
  for (const int descriptor : connections_.late(now_)) {
    if (connections_.what(descriptor) != Waits::handler) {
      close(descriptor);
      continue;
    }
    Guest& guest = *guests_.at(descriptor);
    if (guest.exchange.streams) {
      guest.exchange.given_up = true;
    } else {
      guest.exchange.refusal = plain_answer(503);
    }
    resume(guest);
  }
}

void Loop::pass_on_replies() {
  for (Inbox::Reply& reply : inbox_->take_all()) {
    const auto waiting = waiting_.find(reply.request);
    if (waiting == waiting_.end()) continue;  // The peer, or our patience, is gone.
    Guest& guest = *waiting->second;
    if (!reply.wakes) take(guest.exchange, std::move(reply));
    resume(guest);
  }
}

// In a callback of the library only.
void Loop::suspend(Guest& guest) {
  waiting_[guest.exchange.number] = &guest;
  guest.suspended = true;
  connections_.wait(guest.descriptor, Waits::handler, now_);
  ::MHD_suspend_connection(guest.connection);
}

void Loop::resume(Guest& guest) {
  waiting_.erase(guest.exchange.number);
  guest.suspended = false;
  connections_.wait(guest.descriptor, Waits::taker, now_);
  ::MHD_resume_connection(guest.connection);
}

}  // namespace mxsweep::serve
