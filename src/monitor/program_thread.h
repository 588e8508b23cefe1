// SPDX-License-Identifier: MIT
// Runs programs of the user's for the loop, in a thread of its own, which is started by the first
// one: nothing else waits for them.
//
//   Shape     run() and take() in one thread; `bell` is notified when a program has ended.
//   Limits    kProgramsAtOnce at the same time, the others wait for their turn. One that takes
//             longer than its time limit is ended with its process group.
//   Lifetime  stop(), or the destructor, ends those that still run; they have no result.
//   Errors    a program that cannot be started has a result that says so, and so has one for which
//             there is no thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <list>
#include <mutex>
#include <string>
#include <vector>

#include "monitor/run_result.h"
#include "mxsweep/programs/program.h"
#include "mxsweep/threads/doorbell.h"
#include "mxsweep/threads/doorbell_queue.h"
#include "mxsweep/threads/thread.h"

namespace mxsweep::monitor {

inline constexpr std::size_t kProgramsAtOnce = 16;

struct ProgramOrder {
  std::uint64_t number = 0;
  std::vector<std::string> command{};
  Duration timeout{};
  programs::Keep keep{};
};

struct ProgramResult {
  std::uint64_t number = 0;
  programs::Ending end{};
  Instant began{};
  Duration took{};
};

class ProgramThread {
 public:
  explicit ProgramThread(threads::Doorbell& bell) : results_(bell) {}
  ~ProgramThread() { stop(); }
  ProgramThread(const ProgramThread&) = delete;
  ProgramThread& operator=(const ProgramThread&) = delete;

  void run(ProgramOrder&& order);
  [[nodiscard]] bool take(ProgramResult& result) { return results_.pop(result); }
  [[nodiscard]] bool has_results() const { return !results_.empty(); }
  void stop();

 private:
  struct Running {
    explicit Running(ProgramOrder&& its) : order(std::move(its)) {}
    ProgramOrder order;
    programs::Program program{};
    Instant began{};
    bool timed_out = false;
  };

  void serve();
  void begin_all();
  void wait();
  void end_all();
  [[nodiscard]] bool has_room_for_orders();
  void finish(const Running& running, int error);

  threads::DoorbellQueue<ProgramResult> results_;
  threads::Doorbell own_bell_;
  threads::Thread thread_;
  bool started_ = false;
  int start_error_ = 0;
  std::list<Running> running_;  // Of the thread.
  std::mutex lock_;
  std::deque<ProgramOrder> orders_;
  std::atomic<bool> ends_ = false;
};

}  // namespace mxsweep::monitor
