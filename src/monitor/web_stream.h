// SPDX-License-Identifier: MIT
// A whole list as lines, in pieces: each is a question to the loop, which is asked when the peer
// takes the piece before, so that at most two of them are in memory.
//
//   Shape     a piece begins where the one before ended, by the cursor of the list. What changes
//             meanwhile is seen in the pieces that follow.
//   Threads   arrive(): the loop's; all else: the server's.
//   Errors    a piece that cannot be had ends the answer without its end.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "monitor/web.h"

namespace mxsweep::monitor {

struct Piece {
  std::function<std::string()> lines;  // In any thread.
  std::optional<Route> next;           // The question for what follows.
};

// Nothing: there is no such monitor. Requires: route.whole. Pure.
[[nodiscard]] std::optional<Piece> piece_for(const Route& route, bool targets,
                                             const view::Board& board, const watch::Moment& now);

class Web::Stream : public std::enable_shared_from_this<Web::Stream> {
 public:
  Stream(Web& web, Route route, bool targets)
      : web_(web), route_(std::move(route)), targets_(targets) {}

  // For the next piece. `then`: runs in the loop's thread. False: the loop has too many questions.
  [[nodiscard]] bool ask(std::function<void()> then = {});
  // After the first piece has come.
  [[nodiscard]] serve::Answer begin();

 private:
  void arrive(std::optional<Piece> piece);
  serve::Part more(std::string& part, const serve::Wake& wake);

  Web& web_;
  Route route_;  // The loop's while it is asked, else the server's.
  const bool targets_;
  std::mutex lock_;
  bool arrived_ = false;
  std::optional<Piece> piece_;
  serve::Wake wake_;
};

}  // namespace mxsweep::monitor
