// SPDX-License-Identifier: MIT
// Reads history.db for the API, and the days of the past at the start, in a thread of its own.
//
//   Shape     start() begins with the days; then ask() answers one question after the other.
//   Limits    kHistoryQuestionsMost may wait; each is bounded in rows and in time.
//   Threads   start() and stop(): the caller's; ask(): any.
//   Errors    of a question: in its answer, as 503.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "monitor/hand.h"
#include "monitor/outside.h"
#include "monitor/web_answers.h"
#include "monitor/web_route.h"
#include "mxsweep/core/status.h"
#include "mxsweep/store/history_reader.h"
#include "mxsweep/threads/doorbell.h"
#include "mxsweep/threads/thread.h"
#include "mxsweep/view/board.h"

namespace mxsweep::monitor {

inline constexpr std::size_t kHistoryQuestionsMost = 16;

class WebHistory {
 public:
  using InLoop = std::function<void(Outside::Command&&)>;

  // `directory`: of history.db. `board` is used in the loop's thread, by `in_loop`. `began`: since
  // when the board counts days by itself.
  WebHistory(std::string directory, WallTime began, InLoop in_loop, view::Board& board)
      : reader_(std::move(directory)), began_(began), in_loop_(std::move(in_loop)), board_(board) {}
  ~WebHistory() { stop(); }
  WebHistory(const WebHistory&) = delete;
  WebHistory& operator=(const WebHistory&) = delete;

  Status start();
  void stop();
  // `facts`: with the monitor, without spans. `take`: gets the answer.
  void ask(const Route& route, view::History&& facts, std::function<void(Make)> take);

 private:
  struct Question {
    Route route;
    view::History facts;
    std::function<void(Make)> take;
  };

  void run();
  void read_days();
  void answer(Question&& question);
  bool next(Question& question);

  store::HistoryReader reader_;
  const WallTime began_;
  const InLoop in_loop_;
  view::Board& board_;
  std::mutex lock_;
  std::deque<Question> questions_;
  threads::Thread thread_;
  threads::Doorbell bell_;
  std::atomic<bool> ends_ = false;
};

}  // namespace mxsweep::monitor
