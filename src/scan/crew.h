// SPDX-License-Identifier: MIT
// A group of threads of a sweep: either all of them start, or none does its work.
//
//   Shape    add() each thread with its preparation and its work; start(); then go() or call_off();
//            join().
//   Lifetime call go() or call_off() before the destructor, which joins.
//   Errors   machine: start() could not create all threads; the sentence has the number it created.
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

  // Both run in the new thread: `prepare` at start(), then `work(true)` after go() or `work(false)`
  // after call_off().
  void add(const char* name, std::function<void()> prepare, std::function<void(bool)> work);

  // Returns when all threads have prepared. After an error, only call_off() and join() may follow.
  Status start();
  void go() { decide(true); }
  void call_off() { decide(false); }
  void join();

 private:
  struct Member {
    const char* name = "";
    std::function<void()> prepare;
    std::function<void(bool)> work;
    threads::Thread thread;
  };

  void decide(bool begins);

  std::deque<Member> members_;
  std::optional<std::latch> prepared_;
  std::latch decided_{1};
  bool begins_ = false;  // Set before decided_ counts down.
};

}  // namespace mxsweep::scan
