// SPDX-License-Identifier: MIT
// Writes the public pages to a folder, each minute, for a web server elsewhere.
//
//   Shape     each file is replaced atomically, so that a reader finds a whole page; files of pages
//             that are gone are removed. A page says until when it is to be believed.
//   Limits    1000 monitors, 100 incidents, 20 pages of a group and 50 of the overview: what is
//             beyond them has no file. With more monitors none has one, and no link leads there.
//   Threads   one of its own, between start() and stop().
//   Errors    start(): unusable: the folder cannot be made. Later ones are passed to `on_round`.
#pragma once

#include <atomic>
#include <functional>
#include <set>
#include <string>
#include <utility>

#include "monitor/hand.h"
#include "monitor/outside.h"
#include "mxsweep/core/status.h"
#include "mxsweep/pages/pages.h"
#include "mxsweep/threads/doorbell.h"
#include "mxsweep/threads/thread.h"
#include "mxsweep/view/board.h"

namespace mxsweep::monitor {

inline constexpr Duration kFilesEvery = std::chrono::seconds{60};
inline constexpr Duration kFilesLast = std::chrono::minutes{3};  // Until a page is out of date.

class WebFiles {
 public:
  using InLoop = std::function<void(Outside::Command&&)>;

  // An empty `folder`: writes nothing. `board` is used in the loop's thread. `audience`: what the
  // public may see. `on_round`: after each writing, with what has failed, or nothing.
  WebFiles(std::string folder, const view::Board& board, InLoop in_loop,
           std::function<pages::Audience()> audience,
           std::function<void(const std::string&)> on_round)
      : folder_(std::move(folder)),
        board_(board),
        in_loop_(std::move(in_loop)),
        audience_(std::move(audience)),
        on_round_(std::move(on_round)) {}
  ~WebFiles() { stop(); }
  WebFiles(const WebFiles&) = delete;
  WebFiles& operator=(const WebFiles&) = delete;

  Status start();
  void stop();

 private:
  void run();

  const std::string folder_;
  const view::Board& board_;
  const InLoop in_loop_;
  const std::function<pages::Audience()> audience_;
  const std::function<void(const std::string&)> on_round_;
  threads::Thread thread_;
  threads::Doorbell bell_;
  std::atomic<bool> ends_ = false;
};

}  // namespace mxsweep::monitor
