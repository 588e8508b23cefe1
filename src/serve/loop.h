// SPDX-License-Identifier: MIT
// The server's thread: libmicrohttpd with a loop of our own.
//
//   Source    libmicrohttpd 0.9.75 and 1.0: with MHD_USE_EPOLL and no thread of its own, all of its
//             callbacks run within MHD_run(), which this loop calls when its epoll descriptor is
//             readable. A connection may be suspended in the access callback, and resumed at any
//             time; after that the access callback is called again.
//   Shape     We accept connections ourselves, because whether there is room for one depends on
//             what the others wait for. The library has no timeouts: those that it knows are of
//             inactivity. A connection that has to go is shut down, which the library notices.
//   Threads   run() in a thread of its own, everything else before that, but for stop().
#pragma once

#include <microhttpd.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

#include "mxsweep/serve/server.h"
#include "serve/checks.h"
#include "serve/connections.h"
#include "serve/inbox.h"
#include "serve/listener.h"
#include "serve/response.h"

namespace mxsweep::serve {

struct Tally {
  std::atomic<std::uint64_t> requests = 0;
  std::atomic<std::uint64_t> refused = 0;
  std::atomic<std::uint64_t> expired = 0;
  std::atomic<std::uint32_t> open = 0;
};

class Loop {
 public:
  // Takes over the listener.
  Loop(const ServerOptions& options, int listener, const Server::Handler& handler, Tally& tally);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  Status open();
  void run();
  void stop();  // From any thread: run() returns.

 private:
  // One request and what is known of its answer.
  struct Exchange {
    std::uint64_t number = 0;
    Head head;
    Request request;  // Until the handler has it.
    Method method = Method::get;
    std::size_t octets = 0;  // Of the body, also those beyond the limit.
    bool checked = false;
    bool handed_over = false;
    bool gzip = false;          // The peer takes it.
    std::string if_none_match;  // Of GET and HEAD.
    bool streams = false;
    bool given_up = false;  // A part of the stream did not come in time.
    std::optional<Answer> refusal;
    std::function<Answer()> make;
  };
  struct Guest {
    int descriptor = -1;
    Address peer;
    Address local;
    MHD_Connection* connection = nullptr;
    bool suspended = false;
    Exchange exchange;
  };

  static Guest* guest_of(MHD_Connection* connection);
  static void take(Exchange& exchange, Inbox::Reply&& reply);

  // Callbacks of the library.
  static void on_connection(void* loop, MHD_Connection* connection, void** context,
                            MHD_ConnectionNotificationCode code);
  static void* on_target(void* loop, const char* target, MHD_Connection* connection);
  static MHD_Result on_access(void* loop, MHD_Connection* connection, const char* target,
                              const char* method, const char* version, const char* body,
                              std::size_t* octets, void** context);
  static void on_completed(void* loop, MHD_Connection* connection, void** context,
                           MHD_RequestTerminationCode code);

  MHD_Result on_head(Guest& guest, const char* method);
  MHD_Result on_body(Guest& guest, const char* body, std::size_t* octets);
  MHD_Result on_whole(Guest& guest);
  MHD_Result send(Guest& guest, Answer&& answer);
  [[nodiscard]] Flow flow_to(Guest& guest);

  // With those that were shut down to make room, which the library closes in its next turn.
  [[nodiscard]] std::uint32_t open_max() const {
    return options_.connections + options_.connections / 16 + 1;
  }
  void accept_some();
  bool admit(const Accepted& accepted);
  void forget(int descriptor);
  void close(int descriptor);
  void close_late();
  void pass_on_replies();
  void suspend(Guest& guest);
  void resume(Guest& guest);
  void sleep();
  void finish();

  const ServerOptions& options_;
  const Server::Handler& handler_;
  Tally& tally_;
  int listener_;
  Rules rules_;
  Connections connections_;
  std::shared_ptr<Inbox> inbox_ = std::make_shared<Inbox>();
  std::unordered_map<int, std::unique_ptr<Guest>> guests_;  // By descriptor.
  std::unordered_map<std::uint64_t, Guest*> waiting_;       // By number of their request.
  MHD_Daemon* daemon_ = nullptr;
  int epoll_ = -1;
  std::uint64_t requests_ = 0;
  Instant now_{};
  Instant accept_from_{};  // A shortage of descriptors: not before that.
  std::atomic<bool> stopping_ = false;
};

}  // namespace mxsweep::serve
