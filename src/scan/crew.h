// SPDX-License-Identifier: MIT
// The threads of a sweep: all of them start, or none does anything.
//
//   Shape    add() each with what it has to prepare and what it then does; start(); go() or
//            call_off(); join().
//   Lifetime call go() or call_off() before it goes.
//   Errors   start() says how many threads there were to be had.
#pragma once

#include <deque>
#include <functional>
#include <latch>
#include <optional>

#include "mxsweep/core/status.h"
#include "mxsweep/threads/thread.h"

namespace mxsweep::scan {

class Crew {
 public:
  Crew() = default;
  ~Crew() { join(); }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  // Runs in the thread: `prepare`, then, when it is known whether the sweep begins, `work(begins)`.
  void add(std::function<void()> prepare, std::function<void(bool)> work);

  // Returns when all have prepared. After a failure there is only call_off().
  Status start();
  void go() { decide(true); }
  void call_off() { decide(false); }
  void join();

 private:
  struct Member {
    std::function<void()> prepare;
    std::function<void(bool)> work;
    threads::Thread thread;
  };

  void decide(bool begins);

  std::deque<Member> members_;
  std::optional<std::latch> prepared_;
  std::latch decided_{1};
  bool begins_ = false;  // Once decided_.
};

}  // namespace mxsweep::scan
