// SPDX-License-Identifier: MIT
// A server with a handler for tests, whose pages show what a server must cope with.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "mxsweep/serve/server.h"
#include "support/catch.h"

namespace mxsweep::serve {

class Site {
 public:
  explicit Site(ServerOptions options = {})
      : server([this](Request&& request, Responder&& responder) {
          answer(std::move(request), std::move(responder));
        }) {
    if (options.listen.empty()) options.listen = "127.0.0.1:0";
    const Status opened = server.open(options);
    INFO(opened.sentence());
    REQUIRE(opened.ok());
    REQUIRE(server.start().ok());
  }
  ~Site() {
    server.stop();
    for (std::thread& thread : threads_) thread.join();
  }

  [[nodiscard]] const std::string& address() const { return server.address(); }
  // Those that "/kept" has left without an answer.
  std::vector<Responder> take_kept() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return std::exchange(kept_, {});
  }

  Server server;

 private:
  void answer(Request&& request, Responder&& responder);

  std::mutex mutex_;
  std::vector<Responder> kept_;
  std::vector<std::thread> threads_;  // Of the server's thread until it has ended.
};

inline void Site::answer(Request&& request, Responder&& responder) {
  const std::string& path = request.path;
  Answer answer;
  if (path == "/echo") {
    answer.body = request.body;
  } else if (path == "/large") {
    answer.body = std::string(std::size_t{32} * 1024 * 1024, 'x');
  } else if (path == "/stream" || path == "/endless") {
    answer.body = "begin\n";
    const bool endless = path == "/endless";
    answer.more = [number = 0, endless](std::string& part) mutable {
      if (++number % 2 == 1) return true;  // An empty part.
      part += std::string(10'000, static_cast<char>('a' + number % 26)) + "\n";
      return endless || number < 40;
    };
  } else if (path == "/thread") {
    threads_.emplace_back([kept = std::make_shared<Responder>(std::move(responder))] {
      std::move(*kept).answer([] {
        Answer made;
        made.body = "of another thread\n";
        return made;
      });
    });
    return;
  } else if (path == "/kept") {
    const std::lock_guard<std::mutex> lock(mutex_);
    kept_.push_back(std::move(responder));
    return;
  } else if (path == "/dropped") {
    return;
  } else if (path == "/break") {
    answer.headers.emplace_back("Location", "/a\r\nSet-Cookie: b");
  } else if (path == "/own") {
    answer.headers = {{"Cross-Origin-Resource-Policy", "cross-origin"}};
  } else if (path == "/same") {
    answer.status = 304;
    answer.headers = {{"ETag", "\"1\""}};
  } else {
    answer.body = request.host + " " + path + " " + to_string(request.peer) + "\n";
  }
  std::move(responder).answer(std::move(answer));
}

}  // namespace mxsweep::serve
