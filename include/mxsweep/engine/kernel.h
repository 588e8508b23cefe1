// SPDX-License-Identifier: MIT
// All that an engine asks of the machine: a ring, the clock, and the calls on sockets that do not
// go through the ring. Engine<Kernel, ...> is the real one; tests give it a world of their own.
//
//   Shape    no state beside the ring's: a call here is the call that it names.
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
  static void close_socket(int descriptor) { ring::close_socket(descriptor); }
  static void acknowledge_now(int descriptor) { ring::acknowledge_now(descriptor); }
  static void half_close(int descriptor) { ring::half_close(descriptor); }
  static void reset_on_close(int descriptor) { ring::reset_on_close(descriptor); }
};

}  // namespace mxsweep::engine
