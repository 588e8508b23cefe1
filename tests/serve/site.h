// SPDX-License-Identifier: MIT
// A server with a handler for tests, whose pages show what a server must cope with.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "mxsweep/serve/encoding.h"
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

  // Those of "/held", which waits for one of them, and then ends.
  std::vector<Wake> take_wakes() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return std::exchange(wakes_, {});
  }
  // How many answers of "/held" there are.
  [[nodiscard]] long held_streams() const { return life_.use_count() - 1; }

  std::atomic<std::size_t> octets_made = 0;  // Of "/stream" and "/endless".
  Server server;

 private:
  using More = std::function<Part(std::string&, const Wake&)>;
  More later(std::optional<std::string_view> cut);
  More held();
  void answer(Request&& request, Responder&& responder);

  std::mutex mutex_;
  std::vector<Responder> kept_;
  std::vector<Wake> wakes_;
  std::shared_ptr<int> life_ = std::make_shared<int>();
  std::vector<std::thread> threads_;  // Of the server's thread until it has ended.
};

// Ten parts, each from a thread of its own; not all of them, if it is cut.
inline Site::More Site::later(std::optional<std::string_view> cut) {
  struct Shared {
    std::atomic<bool> there = false;
    int number = 0;
    bool asked = false;
  };
  const auto shared = std::make_shared<Shared>();
  const int parts = cut ? cut->front() - '0' : 10;
  return [this, shared, parts, whole = !cut](std::string& part, const Wake& wake) {
    if (shared->number == parts) return whole ? Part::last : Part::none;
    if (!shared->there.exchange(false)) {
      if (std::exchange(shared->asked, true)) return Part::later;  // Of a second wake.
      threads_.emplace_back([shared, wake] {
        shared->there = true;
        wake();
        wake();
      });
      return Part::later;
    }
    shared->asked = false;
    part += std::to_string(shared->number++) + std::string(3000, '.') + "\n";
    return Part::more;
  };
}

inline Site::More Site::held() {
  return [this, life = life_, asked = false](std::string& /*part*/, const Wake& wake) mutable {
    if (std::exchange(asked, true)) return Part::last;
    const std::lock_guard<std::mutex> lock(mutex_);
    wakes_.push_back(wake);
    return Part::later;
  };
}

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
    answer.more = [this, number = 0, endless](std::string& part, const Wake& /*wake*/) mutable {
      if (++number % 2 == 1) return Part::more;  // An empty part.
      part += std::string(10'000, static_cast<char>('a' + number % 26)) + "\n";
      octets_made += part.size();
      return endless || number < 40 ? Part::more : Part::last;
    };
  } else if (path == "/later") {
    answer.more = later(request.asked("cut"));
  } else if (path == "/held") {
    answer.more = held();
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
  } else if (path == "/tagged") {
    answer.body = std::string(6000, 't');
    add_tag(answer);
  } else if (path == "/same") {
    answer.status = 304;
    answer.headers = {{"ETag", "\"1\""}};
  } else {
    answer.body = request.host + " " + path + " " + to_string(request.peer) + "\n";
  }
  std::move(responder).answer(std::move(answer));
}

}  // namespace mxsweep::serve
