// SPDX-License-Identifier: MIT
#include "mxsweep/dns/ring_watch.h"

#include <poll.h>

#include <algorithm>

#include "mxsweep/core/slot_table.h"
#include "mxsweep/ring/clock.h"

namespace mxsweep::dns {
namespace {
// Its index is beyond those of all places.
constexpr Handle kAlso{.index = UINT32_MAX, .generation = 1};
}  // namespace

Instant RingWatch::wait(Duration longest) {
  arm();
  const Instant before = ring::now();
  const Instant until = std::min(before + longest, resolver_.next_deadline());
  ring_.submit_and_wait(1, until - before);
  const Instant now = ring::now();
  for (const ring::Completion& completion : ring_.completions()) {
    if (completion.operation == ring::Operation::poll) on_completion(completion, now);
  }
  // Responses that have arrived are read before a deadline expires.
  if (now >= resolver_.next_deadline()) resolver_.on_time(now);
  // A response read above may have arrived after `now`; no lookup may appear shorter than it was.
  return ring::now();
}

void RingWatch::watch_also(int descriptor) {
  if (also_ != Also::armed) ring_.poll(descriptor, kAlso, POLLIN);
  also_ = Also::armed;
}

void RingWatch::arm() {
  for (Watch watch; resolver_.take_watch(watch);) change(watch);
  for (std::uint32_t i = 0; i < places_.size(); ++i) {
    Place& place = places_[i];
    if (place.descriptor < 0 || place.armed) continue;
    ring_.poll(place.descriptor, {.index = i, .generation = place.generation}, place.events);
    place.armed = true;
  }
}

void RingWatch::on_completion(const ring::Completion& completion, Instant now) {
  if (completion.handle == kAlso) also_ = Also::readable;
  if (completion.handle.index >= places_.size()) return;
  Place& place = places_[completion.handle.index];
  if (place.generation != completion.handle.generation || place.descriptor < 0) return;
  place.armed = false;
  // A failed poll is passed on as readiness: c-ares then sees the error of the descriptor.
  const auto events = completion.result < 0 ? POLLERR : static_cast<unsigned>(completion.result);
  constexpr unsigned kBroken = POLLERR | POLLHUP;
  resolver_.on_ready(place.descriptor, (events & (POLLIN | kBroken)) != 0,
                     (events & (POLLOUT | kBroken)) != 0, now);
}

void RingWatch::change(const Watch& watch) {
  const std::uint32_t index = place_of(watch.descriptor);
  Place& place = places_[index];
  const std::uint32_t events = (watch.readable ? POLLIN : 0U) | (watch.writable ? POLLOUT : 0U);
  if (events == place.events) return;
  // A pending poll keeps a reference to the socket, so the kernel would not close it before this.
  if (place.armed) {
    ring_.cancel(ring::Operation::poll, {.index = index, .generation = place.generation});
  }
  place.generation = place.generation % kGenerationMax + 1;
  place.armed = false;
  place.events = events;
  place.descriptor = events == 0 ? -1 : watch.descriptor;
}

std::uint32_t RingWatch::place_of(int descriptor) {
  std::uint32_t free = static_cast<std::uint32_t>(places_.size());
  for (std::uint32_t i = 0; i < places_.size(); ++i) {
    if (places_[i].descriptor == descriptor) return i;
    if (places_[i].descriptor < 0) free = i;
  }
  if (free == places_.size()) places_.emplace_back();
  return free;
}

}  // namespace mxsweep::dns
