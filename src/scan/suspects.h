// SPDX-License-Identifier: MIT
// The failed visits of one worker that our own network may have caused, until that is known.
//
//   Shape    judge() each visit that ended. For one that is to be held, hold() it. When pending(),
//            call take() until it is empty: each visit that it returns is judged.
//   Memory   at most pace::kHeldMost of all workers together, and those that are open at that time.
//   Threads  one, that of the worker.
//   Errors   none.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>

#include "mxsweep/core/time.h"
#include "mxsweep/pace/doubt.h"
#include "mxsweep/pace/routes.h"
#include "mxsweep/probe/observation.h"
#include "scan/doubts.h"
#include "scan/visit.h"

namespace mxsweep::scan {

class Suspects {
 public:
  struct Held {
    Visit visit;
    probe::Observation seen;
    Instant failed;
  };
  struct Judged {
    Held held;
    pace::Judgement judgement;
  };

  explicit Suspects(Doubts& doubts) : doubts_(doubts), routes_(doubts.has_route()) {}

  void begin() { routes_.begin(); }  // Before the first visit.
  void on_connected(const Address& address, Instant now) {
    routes_.connected(address);
    doubts_.see_life(now);
  }

  // Whether the observation of a visit that ended counts. After `hold`, hold() must follow.
  [[nodiscard]] pace::Judgement judge(const Address& address, const probe::Observation& seen,
                                      Instant now);
  void hold(Held&& held) { held_.push_back(std::move(held)); }
  // For a visit that could not start for lack of a local address and port (EADDRNOTAVAIL): whether
  // the address is missing. If this machine had one, the sweep pauses.
  [[nodiscard]] bool lacks_address(const Address& address, Instant now);

  // Whether take() would have held visits to judge.
  [[nodiscard]] bool pending() const { return to_judge_ > 0 || changed(); }
  // The next held visit that is judged now; nothing: those that remain are held.
  [[nodiscard]] std::optional<Judged> take();
  // In a sweep that stops: the next held visit, whose judgement is not awaited any more.
  [[nodiscard]] std::optional<Held> take_any();

  [[nodiscard]] bool may_begin() const { return doubts_.may_begin(); }
  [[nodiscard]] std::size_t size() const { return held_.size(); }
  // Whether the worker has nothing to do but to wait for these.
  void set_idle(bool idle);

 private:
  [[nodiscard]] bool changed() const { return !held_.empty() && doubts_.serial() != serial_; }

  void look_for_route(Family family, Instant now);

  Doubts& doubts_;
  pace::Routes routes_;
  std::array<Instant, 2> looked_at_{};  // By family: when look_for_route() last did.
  std::deque<Held> held_;
  std::uint32_t serial_ = 0;  // Of the round of judgements that take() makes.
  std::size_t to_judge_ = 0;  // Held visits that this round has not judged yet.
  bool idle_ = false;
};

}  // namespace mxsweep::scan
