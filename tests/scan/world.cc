// SPDX-License-Identifier: MIT
#include "scan/world.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>

namespace mxsweep::scan {
namespace {

// More than the longest of these sweeps takes.
constexpr std::uint64_t kWaitsMax = 400'000;
constexpr std::uint64_t kIdleWaitsMax = 2'000;
constexpr std::size_t kWindowOctets = 64 * 1024;

FakeBuffers some_buffers(Random& random) {
  constexpr std::size_t kSizes[] = {2048, 2048, 512, 61};
  const std::size_t octets_each = kSizes[random.below(4)];
  return {1U << (1 + random.below(4)), octets_each};
}

std::uint64_t key(ring::Operation operation, Handle handle) {
  return std::uint64_t{static_cast<std::uint8_t>(operation)} << 56U |
         std::uint64_t{handle.generation} << 32U | handle.index;
}

}  // namespace

World::World(std::uint64_t seed, const Faults& faults, const std::vector<sink::Persona>& personas)
    : seed_(mix(seed)),
      random_(seed_),
      faults_(faults),
      personas_(personas),
      buffers_(some_buffers(random_)) {
  current = this;
  for (const sink::Persona& persona : personas_) weights_ += persona.weight;
  choose_worker(0);
  if (faults_.ring_fails) {
    add(now_ + std::chrono::milliseconds{random_.below(20'000)}, [this] { failure_ = EBADF; });
  }
}

void World::choose_worker(std::size_t number) {
  while (rings_.size() <= number) rings_.emplace_back(buffers_);
  ring_ = &rings_[number];
}

// Only the thread of ring_ runs; so the lock orders accesses, and protects nothing else.
void World::run(const std::vector<std::function<void()>>& bodies) {
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < bodies.size(); ++i) rings_[i].runs = true;
  std::unique_lock guard(lock_);
  ring_ = &rings_.front();
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    threads.emplace_back([this, &ring = rings_[i], &body = bodies[i]] {
      {
        std::unique_lock its_turn(lock_);
        ring_changed_.wait(its_turn, [&] { return ring_ == &ring; });
      }
      body();
      const std::lock_guard ends(lock_);
      ring.runs = false;
      read_bells();
      for (FakeRing& other : rings_) {
        if (other.runs) ring_ = &other;
      }
      ring_changed_.notify_all();
    });
  }
  guard.unlock();
  for (std::thread& thread : threads) thread.join();
}

void World::let_run(FakeRing& ring) {
  FakeRing& ours = *ring_;
  std::unique_lock guard(lock_);
  ring_ = &ring;
  ring_changed_.notify_all();
  ring_changed_.wait(guard, [&] { return ring_ == &ours; });
}

const sink::Persona& World::persona_at(const Address& address) const {
  auto place = static_cast<std::uint32_t>(mix(hash(address) + 1) % weights_);
  for (const sink::Persona& persona : personas_) {
    if (place < persona.weight) return persona;
    place -= persona.weight;
  }
  return personas_.front();
}

Instant World::read_clock() {
  if (step_us != 0) now_ += std::chrono::microseconds{random_.below(step_us)};
  return now_;
}

void World::add(Instant at, std::function<void()> act) {
  events_.push({at, ++numbers_, std::make_shared<std::function<void()>>(std::move(act))});
}

World::Socket* World::find(int descriptor, const char* what) {
  const auto found = sockets_.find(descriptor);
  if (found != sockets_.end()) return &found->second;
  violate(std::string("a descriptor that is not open was ") + what);
  return nullptr;
}

World::Socket* World::same(int descriptor, std::uint64_t number) {
  const auto found = sockets_.find(descriptor);
  return found != sockets_.end() && found->second.number == number ? &found->second : nullptr;
}

int World::open_tcp() {
  begun_.push_back(now_);
  if (chance(faults_.no_descriptor)) {
    ++shortages_;
    return -EMFILE;
  }
  int descriptor = 3;
  while (sockets_.contains(descriptor)) ++descriptor;
  sockets_[descriptor].number = ++numbers_;
  sockets_[descriptor].ring = ring_;
  open_most_ = std::max(open_most_, open_now());
  return descriptor;
}

void World::close_socket(int descriptor) {
  const Socket* const socket = find(descriptor, "closed");
  if (socket == nullptr) return;
  if (socket->armed != nullptr && ring_->open) violate("closed with an operation armed");
  if (socket->sends != 0 && ring_->open) violate("closed while it was being sent from");
  if (socket->to.family != Family::none) on_connection(socket->to, false);
  sockets_.erase(descriptor);
}

void World::half_close(int descriptor) {
  Socket* const socket = find(descriptor, "half closed");
  if (socket == nullptr) return;
  const std::uint64_t number = socket->number;
  add(now_ + latency(), [=, this] {
    if (Socket* const it = same(descriptor, number)) end_server(descriptor, *it, End::close);
  });
}

void World::open_ring(int wake_descriptor) {
  ring_->open = true;
  ring_->wake_descriptor = wake_descriptor;
}

void World::close_ring() {
  if (failure_ == 0) {
    for (const auto& [descriptor, socket] : sockets_) {
      const bool active = socket.armed != nullptr || socket.sends != 0;
      if (socket.ring == ring_ && active) violate("an operation has leaked");
    }
    if (ring_->buffers.in_use() > ring_->to_take()) violate("a buffer was not given back");
  }
  ring_->open = false;
}

void World::submit(ring::Operation operation, int descriptor, Handle handle,
                   std::string_view octets, const Address& to) {
  Socket* const socket = find(descriptor, "used");
  if (socket == nullptr || failure_ != 0) return;
  const bool sends = operation == ring::Operation::send || operation == ring::Operation::poll;
  if (!sends) {
    if (socket->armed != nullptr) violate("two operations are armed on one connection");
    socket->armed = std::make_unique<Armed>(Armed{operation, handle});
  }
  const bool reported = operation == ring::Operation::send;
  if (reported) ++socket->sends;
  ring_->queued.push_back(
      {operation, descriptor, handle, octets, std::string(octets), to, reported});
}

void World::cancel(ring::Operation operation, Handle handle) {
  if (failure_ != 0) return;
  for (auto& [descriptor, socket] : sockets_) {
    const Armed* const armed = socket.armed.get();
    if (socket.ring != ring_ || armed == nullptr ||
        key(armed->operation, armed->handle) != key(operation, handle)) {
      continue;
    }
    ring_->queued.push_back({ring::Operation::cancel, descriptor, handle, {}, {}, {}, false});
    return;
  }
  // Otherwise it is done, and its completion is on its way.
}

void World::execute(FakeRing::Queued& queued) {
  Socket* const socket = find(queued.descriptor, "submitted");
  if (socket == nullptr) return;
  switch (queued.operation) {
    case ring::Operation::connect:
      socket->to = queued.to;
      on_connection(socket->to, true);
      return connect(queued.descriptor, *socket);
    case ring::Operation::receive: return try_receive(*socket, true);
    case ring::Operation::cancel: {
      if (socket->armed == nullptr || socket->armed->handle != queued.handle) return;
      const Armed armed = *socket->armed;
      const bool in_vain = chance(faults_.cancel_in_vain);
      if (in_vain && armed.operation == ring::Operation::connect) {
        return finish(queued.descriptor, armed.operation, armed.handle, 0);
      }
      if (in_vain) {
        // Octets that came at the same moment.
        socket->readable += "250 too late\r\n";
        return try_receive(*socket, false);
      }
      return finish(queued.descriptor, armed.operation, armed.handle, -ECANCELED);
    }
    case ring::Operation::send:
    case ring::Operation::poll: break;
    case ring::Operation::close:
    case ring::Operation::accept:
    case ring::Operation::wake: return;
  }
  const std::uint64_t number = socket->number;
  const int descriptor = queued.descriptor;
  const bool at_once = !queued.reported || random_.below(4) != 0;
  add(at_once ? now_ : now_ + latency(), [=, this] {
    Socket* const it = same(descriptor, number);
    if (queued.reported && queued.octets != queued.copy) violate("octets changed while being sent");
    if (it == nullptr) return;
    if (queued.reported) {
      --it->sends;
      it->ring->done.push_back({queued.operation, queued.handle,
                                static_cast<std::int32_t>(queued.octets.size()),
                                FakeBuffers::kNone});
    }
    if (it->session == nullptr || it->server_ended) return;
    add(now_ + latency(), true, [=, this] {
      Socket* const there = same(descriptor, number);
      if (there == nullptr || there->server_ended) return;
      react(descriptor, *there, there->session->on_bytes(queued.copy, now_));
    });
  });
}

void World::add(Instant at, bool by_network, std::function<void()> act) {
  if (!by_network) return add(at, std::move(act));
  add(at, [this, act = std::move(act)] {
    if (!network_works()) {
      stalled_.push_back(act);
    } else {
      act();
    }
  });
}

void World::set_network(bool works, bool has_route) {
  network_works_ = works;
  has_route_ = has_route;
  if (!network_works()) return;
  for (std::function<void()>& act : stalled_) add(now_, std::move(act));
  stalled_.clear();
}

void World::connect(int descriptor, Socket& socket) {
  const std::uint64_t number = socket.number;
  int result = 0;
  if (refuses(socket.to)) result = -ECONNREFUSED;
  if (!has_route_) {
    result = -ENETUNREACH;
  } else if (never_answers(socket.to)) {
    return;
  }
  if (chance(faults_.connect_shortage)) {
    ++shortages_;
    result = random_.below(2) != 0 ? -ENOBUFS : -EADDRNOTAVAIL;
  }
  if (result == 0 && chance(faults_.reset)) {
    resets_.insert(socket.to);
    add(now_ + std::chrono::milliseconds{random_.below(300)}, [=, this] {
      if (Socket* const it = same(descriptor, number)) end_server(descriptor, *it, End::reset);
    });
  }
  socket.arrived = now_ + latency();
  const bool by_network = result == 0 || result == -ECONNREFUSED;
  add(socket.arrived, by_network, [=, this] {
    Socket* const it = same(descriptor, number);
    if (it == nullptr || it->armed == nullptr) return;
    finish(descriptor, ring::Operation::connect, it->armed->handle, result);
    if (result != 0) return;
    it->session = std::make_unique<sink::Session>(persona_at(it->to), it->to);
    if (!it->server_ended) react(descriptor, *it, it->session->on_start(now_));
  });
}

// Completes an armed operation.
void World::finish(int descriptor, ring::Operation operation, Handle handle, int result) {
  Socket& socket = sockets_.at(descriptor);
  socket.armed.reset();
  socket.ring->done.push_back({operation, handle, result, FakeBuffers::kNone});
}

void World::try_receive(Socket& socket, bool at_once) {
  if (socket.armed == nullptr || socket.armed->operation != ring::Operation::receive) return;
  const Handle handle = socket.armed->handle;
  FakeRing& ring = *socket.ring;
  std::deque<ring::Completion>& seen = at_once ? ring.completed : ring.done;
  if (!socket.readable.empty()) {
    socket.armed.reset();
    if (ring.buffers.exhausted()) {
      seen.push_back({ring::Operation::receive, handle, -ENOBUFS, FakeBuffers::kNone});
      return;
    }
    const std::uint32_t buffer = ring.buffers.fill(socket.readable, random_);
    const std::size_t count = ring.buffers.octets(buffer).size();
    if (socket.window_full && socket.readable.size() < kWindowOctets) go_on_sending(socket);
    seen.push_back({ring::Operation::receive, handle, static_cast<std::int32_t>(count), buffer});
  } else if (socket.end != End::no) {
    socket.armed.reset();
    const int result = socket.end == End::reset ? -ECONNRESET : 0;
    seen.push_back({ring::Operation::receive, handle, result, FakeBuffers::kNone});
  }
}

void World::go_on_sending(Socket& socket) {
  socket.window_full = false;
  const std::uint64_t number = socket.number;
  add(now_, [=, this] {
    for (auto& [descriptor, it] : sockets_) {
      if (it.number != number || it.server_ended) continue;
      return react(descriptor, it, it.session->on_sent(now_));
    }
  });
}

// Events of one direction arrive in the order in which they were sent.
void World::arrive(int descriptor, Socket& socket, std::function<void(Socket&)> act) {
  Instant at = std::max(socket.arrived, now_ + latency());
  if (chance(faults_.late)) at += std::chrono::microseconds{random_.below(20'000)};
  socket.arrived = at;
  const std::uint64_t number = socket.number;
  add(at, true, [=, this] {
    Socket* const it = same(descriptor, number);
    if (it == nullptr || it->end != End::no) return;
    act(*it);
    try_receive(*it, false);
  });
}

void World::react(int descriptor, Socket& socket, const sink::Reaction& reaction) {
  const std::uint64_t number = socket.number;
  std::string_view rest = reaction.send;
  while (!rest.empty()) {
    const std::size_t count = random_.below(4) != 0 || rest.size() > 1000
                                  ? rest.size()
                                  : 1 + random_.below(static_cast<std::uint32_t>(rest.size()));
    arrive(descriptor, socket,
           [piece = std::string(rest.substr(0, count))](Socket& it) { it.readable += piece; });
    rest.remove_prefix(count);
  }
  if (reaction.report_sent) {
    add(socket.arrived, [=, this] {
      Socket* const it = same(descriptor, number);
      // Like a TCP window: the server goes on when there is room.
      if (it == nullptr || it->server_ended) return;
      if (it->readable.size() >= kWindowOctets) {
        it->window_full = true;
      } else {
        react(descriptor, *it, it->session->on_sent(now_));
      }
    });
  }
  const std::uint64_t wake = ++socket.wakes;
  if (reaction.wake != kNever) {
    add(reaction.wake, [=, this] {
      Socket* const it = same(descriptor, number);
      if (it == nullptr || it->server_ended || it->wakes != wake) return;
      react(descriptor, *it, it->session->on_timer(now_));
    });
  }
  if (reaction.end == sink::Reaction::End::close) end_server(descriptor, socket, End::close);
  if (reaction.end == sink::Reaction::End::reset) end_server(descriptor, socket, End::reset);
}

void World::end_server(int descriptor, Socket& socket, End end) {
  if (socket.server_ended) return;
  socket.server_ended = true;
  arrive(descriptor, socket, [end](Socket& it) { it.end = end; });
}

void World::read_bells() {
  for (FakeRing& ring : rings_) {
    if (ring.wake_descriptor < 0) continue;
    pollfd bell{.fd = ring.wake_descriptor, .events = POLLIN, .revents = 0};
    if (::poll(&bell, 1, 0) <= 0) continue;
    std::uint64_t rings = 0;
    if (::read(ring.wake_descriptor, &rings, sizeof rings) > 0) ring.woken = true;
  }
}

bool World::has_ended_wait(const FakeRing& ring) const {
  if (ring.to_take() >= ring.least || ring.woken || failure_ != 0) {
    return true;
  }
  return now_ >= ring.until && (events_.empty() || events_.top().at > ring.until);
}

// Another worker whose wait has ended; null: there is none.
FakeRing* World::other_to_run() {
  std::vector<FakeRing*> others;
  for (FakeRing& ring : rings_) {
    if (&ring != ring_ && ring.runs && has_ended_wait(ring)) others.push_back(&ring);
  }
  if (others.empty()) return nullptr;
  return others[random_.below(static_cast<std::uint32_t>(others.size()))];
}

// Runs events until that time, or until `least` operations are done, or the doorbell is notified.
// Other workers run meanwhile.
void World::run_until(Instant until, std::uint32_t least) {
  FakeRing& ours = *ring_;
  ours.until = until;
  ours.least = least;
  while (true) {
    if (FakeRing* const other = other_to_run()) {
      // Sometimes the other one goes on although our wait has ended, too.
      if (!has_ended_wait(ours) || random_.below(2) != 0) {
        let_run(*other);
        continue;
      }
    }
    if (has_ended_wait(ours)) return;
    Instant first = until;
    for (const FakeRing& ring : rings_) {
      if (ring.runs) first = std::min(first, ring.until);
    }
    if (events_.empty() || events_.top().at > first) {
      now_ = std::max(now_, first);
      continue;
    }
    const Event event = events_.top();
    events_.pop();
    now_ = std::max(now_, event.at);
    (*event.act)();
  }
}

void World::submit_and_wait(std::uint32_t least, Duration longest) {
  if (failure_ != 0) return;
  on_wait();
  FakeRing& ring = *ring_;
  if (++ring.waits > kWaitsMax) violate("it does not end");
  const Instant before = now_;
  while (!ring.queued.empty()) {
    FakeRing::Queued queued = std::move(ring.queued.front());
    ring.queued.pop_front();
    execute(queued);
  }
  if (rings_.size() > 1) read_bells();
  Instant until = now_ + std::max(longest, Duration::zero());
  // The kernel checks for signals when it is about to sleep, after it has processed submissions.
  const bool interrupted = until > now_ && ring.done.empty() && chance(faults_.interrupted);
  if (interrupted) {
    until = now_ + Duration{static_cast<std::int64_t>(
                       random_.next() % static_cast<std::uint64_t>((until - now_).count()))};
  }
  run_until(until, longest <= Duration::zero() ? ~0U : least);
  if (chance(faults_.stopped)) {
    ++stops_;
    const Instant goes_on =
        now_ + Duration{static_cast<std::int64_t>(
                   random_.next() % static_cast<std::uint64_t>(faults_.stop_most.count()))};
    while (now_ < goes_on && failure_ == 0) {
      ring.woken = false;
      run_until(goes_on, ~0U);
    }
  } else if (random_.below(4) == 0) {
    now_ += std::chrono::microseconds{random_.below(200)};  // We wake up a little late.
  }
  ring.woken = false;
  if (interrupted) return;
  ring.make_visible(random_);
  ring.idle_waits = now_ == before && ring.completed.empty() ? ring.idle_waits + 1 : 0;
  if (ring.idle_waits > kIdleWaitsMax) violate("it keeps the processor busy for nothing");
  if (!violation_.empty()) failure_ = EIO;  // So that it ends.
}

void World::give_back(const ring::Completion& completion) {
  if (completion.flags == FakeBuffers::kNone) return;
  if (!ring_->buffers.give_back(completion.flags)) violate("a buffer was given back twice");
}

}  // namespace mxsweep::scan
