// SPDX-License-Identifier: MIT
// Everything that an engine needs from the machine: a ring, the clock, and the socket calls that do
// not go through the ring. Engine<Kernel, ...> runs on the real machine; tests pass a simulated
// kernel.
//
//   Shape    no state beyond the ring's: each member forwards to the function of the same name.
//   Errors   those of ring/ring.h and ring/socket.h.
#pragma once

#include "mxsweep/ring/clock.h"
#include "mxsweep/ring/ring.h"
#include "mxsweep/ring/socket.h"

namespace mxsweep::engine {

class Kernel : public ring::Ring {
 public:
  [[nodiscard]] static Instant now() { return ring::now(); }
  [[nodiscard]] static WallTime wall_at_zero() { return ring::wall_at_zero(); }

  [[nodiscard]] static int open_tcp(Family family) { return ring::open_tcp(family); }
  [[nodiscard]] static int bind_source(int descriptor, const Address& source) {
    return ring::bind_source(descriptor, source);
  }
  static void close_socket(int descriptor) { ring::close_socket(descriptor); }
  static void acknowledge_now(int descriptor) { ring::acknowledge_now(descriptor); }
  static void half_close(int descriptor) { ring::half_close(descriptor); }
  static void reset_on_close(int descriptor) { ring::reset_on_close(descriptor); }
};

}  // namespace mxsweep::engine
