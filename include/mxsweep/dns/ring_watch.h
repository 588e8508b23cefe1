// SPDX-License-Identifier: MIT
// Polls the descriptors of a resolver on an io_uring ring.
//
//   Shape     arm() once a turn, before the ring submits; on_completion() for each completion of
//             Operation::poll. Polls are one-shot: a descriptor with data left completes at once
//             when it is armed again, so no data is left unread. wait() is a whole turn, for a ring
//             that serves only the resolver and one descriptor of the caller (watch_also()).
//   Lifetime  ring and resolver must outlive it. It owns all handles of Operation::poll.
//   Errors    a poll that fails is reported to the resolver as readiness; c-ares then sees the
//             error of the descriptor.
#pragma once

#include <cstdint>
#include <vector>

#include "mxsweep/core/time.h"
#include "mxsweep/dns/resolver.h"
#include "mxsweep/ring/ring.h"

namespace mxsweep::dns {

class RingWatch {
 public:
  RingWatch(ring::Ring& ring, Resolver& resolver) : ring_(ring), resolver_(resolver) {}

  // Waits for a completion or the resolver's deadline, `longest` at most, and passes it on to the
  // resolver. Returns the time at its end.
  Instant wait(Duration longest);

  // Lets a wait also end when this descriptor is readable or in error, once for each call.
  // Requires: a descriptor of an earlier call is still open, unless it was readable.
  void watch_also(int descriptor);
  // True from that completion until the next watch_also().
  [[nodiscard]] bool also_readable() const { return also_ == Also::readable; }

  void arm();
  void on_completion(const ring::Completion& completion, Instant now);

 private:
  struct Place {
    int descriptor = -1;  // -1: free.
    std::uint32_t events = 0;
    std::uint32_t generation = 1;  // Of its poll: completions of older polls are ignored.
    bool armed = false;
  };

  enum class Also : std::uint8_t { idle, armed, readable };

  void change(const Watch& watch);
  [[nodiscard]] std::uint32_t place_of(int descriptor);

  ring::Ring& ring_;
  Resolver& resolver_;
  std::vector<Place> places_;  // As many as were ever open at the same time: a few for each server.
  Also also_ = Also::idle;
};

}  // namespace mxsweep::dns
