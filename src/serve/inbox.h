// SPDX-License-Identifier: MIT
// Answers on their way from any thread to the server's.
//
//   Threads   put() in any, take() in the server's only.
//   Lifetime  shared by the server and the tickets of its requests: what is put after the server
//             has ended is dropped.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "mxsweep/serve/server.h"
#include "mxsweep/threads/doorbell.h"

namespace mxsweep::serve {

class Inbox {
 public:
  struct Reply {
    std::uint64_t request = 0;
    std::function<Answer()> make{};  // Empty: the right to answer was dropped.
    bool wakes = false;              // No answer: a part of one is there.
  };

  void put(Reply&& reply);
  [[nodiscard]] std::vector<Reply> take_all();
  // Only the one to this request.
  [[nodiscard]] std::optional<Reply> take(std::uint64_t request);
  [[nodiscard]] bool empty() const;
  void close();

  [[nodiscard]] threads::Doorbell& bell() { return bell_; }

 private:
  mutable std::mutex mutex_;
  std::vector<Reply> replies_;
  bool closed_ = false;
  threads::Doorbell bell_;
};

struct Responder::Ticket {
  Ticket(std::shared_ptr<Inbox> to, std::uint64_t number) : inbox(std::move(to)), request(number) {}
  ~Ticket();
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;

  std::shared_ptr<Inbox> inbox;
  std::uint64_t request = 0;
  bool used = false;
};

}  // namespace mxsweep::serve
