// SPDX-License-Identifier: MIT
// A resolver's descriptors, watched by a ring.
//
//   Shape     arm() once a turn, before the ring submits; on_completion() for each completion of
//             Operation::poll. One shot each: a descriptor that still has something to say is
//             ready again at once, so nothing is ever left unread. wait() is a whole turn of a
//             ring that has nothing else to do, beside one descriptor of the caller's own.
//   Lifetime  ring and resolver live longer. Handles of Operation::poll are ours alone.
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

  // Until there is something to take() or to do, `longest` at most. Answers the time.
  Instant wait(Duration longest);

  // From now on a wait also ends when this descriptor can be read, or is broken; once for each
  // call. Always the same one.
  void watch_also(int descriptor);
  // It can be read, until it is watched again.
  [[nodiscard]] bool also_readable() const { return also_ == Also::readable; }

  void arm();
  void on_completion(const ring::Completion& completion, Instant now);

 private:
  struct Place {
    int descriptor = -1;  // -1: free.
    std::uint32_t events = 0;
    std::uint32_t generation = 1;  // Of its poll: what an older one says does not count.
    bool armed = false;
  };

  enum class Also : std::uint8_t { idle, armed, readable };

  void change(const Watch& watch);
  [[nodiscard]] std::uint32_t place_of(int descriptor);

  ring::Ring& ring_;
  Resolver& resolver_;
  std::vector<Place> places_;  // As many as were ever open at once: a few for each server.
  Also also_ = Also::idle;
};

}  // namespace mxsweep::dns
