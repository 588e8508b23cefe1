// SPDX-License-Identifier: MIT
// Resolves names for the loop, in a thread with a ring of its own, which is started by the first
// question: no probe waits for a name of another server.
//
//   Shape     ask() and take() in the loop's thread; `bell` is notified when there is an answer.
//   Freshness an answer is kept for kAnswerAge at most, so that a confirmation asks DNS again.
//   Errors    a question that cannot be asked, because there is no thread or ring, is answered by
//             local_resolver_unreachable, which says nothing of the name. failure() says why.
#pragma once

#include <deque>
#include <mutex>
#include <vector>

#include "mxsweep/core/status.h"
#include "mxsweep/names/names.h"
#include "mxsweep/threads/doorbell.h"
#include "mxsweep/threads/doorbell_queue.h"
#include "mxsweep/threads/thread.h"

namespace mxsweep::monitor {

inline constexpr Duration kAnswerAge = std::chrono::seconds{10};

class NameThread {
 public:
  NameThread(names::NameOptions options, threads::Doorbell& bell)
      : options_(std::move(options)), answers_(bell) {
    options_.resolver.ttl_most = kAnswerAge;
  }
  ~NameThread();
  NameThread(const NameThread&) = delete;
  NameThread& operator=(const NameThread&) = delete;

  // `domain`: the name is a mail domain.
  void ask(targets::Target&& name, bool domain);
  [[nodiscard]] bool take(std::vector<names::Resolved>& servers) { return answers_.pop(servers); }
  [[nodiscard]] bool has_answers() const { return !answers_.empty(); }
  [[nodiscard]] Status failure() const;

 private:
  struct Question {
    targets::Target name;
    bool domain = false;
  };

  void run();
  [[nodiscard]] bool take_question(Question& question);
  void fail(const targets::Target& name);

  names::NameOptions options_;
  threads::DoorbellQueue<std::vector<names::Resolved>> answers_;
  threads::Doorbell own_bell_;
  threads::Thread thread_;
  bool started_ = false;
  mutable std::mutex lock_;
  std::deque<Question> questions_;
  Status failure_;
  bool ends_ = false;
};

}  // namespace mxsweep::monitor
