// SPDX-License-Identifier: MIT
// The control socket: takes one request from each client and sends one answer.
//
//   Access    the socket's file has the permissions 0660, and the group that the configuration
//             names.
//   Limits    kClientsMax clients, kRequestOctetsMax octets and kClientPatience to send a request
//             or to take the answer; a client beyond these is closed. A thread of its own, so no
//             client delays the loop.
//   Shape     `answer` is called in that thread, for one request after the other.
//   Lifetime  open() starts the thread, close() or the destructor ends it and removes the socket.
//   Errors    open(): unusable: the socket cannot be made there, or a monitor runs there already.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <string>
#include <string_view>

#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"
#include "mxsweep/threads/doorbell.h"
#include "mxsweep/threads/thread.h"

namespace mxsweep::monitor {

inline constexpr std::size_t kClientsMax = 16;
inline constexpr Duration kClientPatience = std::chrono::seconds{10};

class ControlServer {
 public:
  using Answer = std::function<std::string(std::string_view request)>;

  explicit ControlServer(Answer answer) : answer_(std::move(answer)) {}
  ~ControlServer() { close(); }
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

  // `group`: may be empty.
  Status open(const std::string& path, const std::string& group);
  void close();
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  struct Client {
    int socket = -1;
    Instant until{};
    std::string request;
    std::string answer;
    std::size_t sent = 0;
    bool answered = false;
  };

  Status bind_to(const std::string& path, const std::string& group);
  void run();
  void accept_client();
  bool serve(Client& client);  // False: it is finished.
  bool read(Client& client);
  bool write(Client& client);

  Answer answer_;
  std::string path_;
  int listener_ = -1;
  threads::Doorbell bell_;
  threads::Thread thread_;
  std::atomic<bool> ends_ = false;
  std::list<Client> clients_;
};

}  // namespace mxsweep::monitor
