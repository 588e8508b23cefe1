// SPDX-License-Identifier: MIT
// Changes the fleet while it runs, by commands over a Unix socket: a network that goes down and
// comes back.
//
//   Shape     a line is "PREFIX PERSONA", for example "127.1.2.0/24 close_at_connect", or
//             "PREFIX original". The answer is "ok", or "error: " and a sentence. A client may send
//             any number of lines.
//   Lifetime  open() starts a thread, which serves one client at a time; the destructor ends it and
//             removes the socket. The fleet outlives it.
//   Errors    open(): unusable: the socket cannot be made there; machine: no thread.
#pragma once

#include <string>
#include <string_view>

#include "mxsweep/core/status.h"
#include "mxsweep/sink/fleet.h"
#include "mxsweep/threads/thread.h"

namespace mxsweep::sink {

// The answer to one line, without its line end.
[[nodiscard]] std::string obey(Fleet& fleet, std::string_view line);

class Control {
 public:
  explicit Control(Fleet& fleet) : fleet_(fleet) {}
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;
  ~Control();

  Status open(const std::string& path);

 private:
  void run();
  void serve(int client);

  Fleet& fleet_;
  std::string path_;
  int listener_ = -1;
  int wake_ = -1;  // An eventfd that ends the thread.
  threads::Thread thread_;
};

}  // namespace mxsweep::sink
