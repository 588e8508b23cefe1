// SPDX-License-Identifier: MIT
// The status page, API and metrics of a running monitor: access, and questions to the loop.
//
//   Shape     the server's thread reads a request; what it asks for is a question to the loop,
//             which answers it from memory with facts; the server's thread writes these as a page.
//   Limits    questions of one turn of the loop take kQuestionsSpan at most; kQuestionsMost may
//             wait, and more are refused with 503. Equal questions share an answer, which is kept
//             for kAnswerLasts. A whole list is sent in pieces, each of which is a question, of
//             kStreamsMost such answers at a time.
//   Access    watch::Http::visible; see docs/watch-http.md. Writes need the token, or a signed link
//             that shows a form first.
//   Threads   open() and stop(): the caller's; those marked so: the loop's; all else is inside.
//   Errors    open(): the address cannot be used.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "monitor/outside.h"
#include "monitor/web_answers.h"
#include "monitor/web_route.h"
#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"
#include "mxsweep/pages/pages.h"
#include "mxsweep/serve/server.h"
#include "mxsweep/view/board.h"
#include "mxsweep/watch/settings.h"

namespace mxsweep::monitor {

inline constexpr std::size_t kQuestionsMost = 64;
inline constexpr Duration kQuestionsSpan = std::chrono::milliseconds{2};
inline constexpr std::size_t kStreamsMost = 8;
inline constexpr Duration kAnswerLasts = std::chrono::seconds{1};
inline constexpr Duration kHealthyTurn = std::chrono::seconds{10};  // Since the loop's last turn.

struct WebSurroundings {
  std::function<void(Outside::Command&&)> in_loop;  // From any thread.
  std::function<void(serve::Responder&&)> reload;   // The same: answers when it is done.
  // Answers questions about history.db, from a thread of its own; may be empty.
  std::function<void(const Route&, view::History&&, std::function<void(Make)>)> history;
  Process process;
};

class Web {
 public:
  Web(const watch::Settings& settings, WebSurroundings surroundings);
  ~Web();
  Web(const Web&) = delete;
  Web& operator=(const Web&) = delete;

  Status open();
  void stop() { server_.stop(); }
  [[nodiscard]] const std::string& address() const { return server_.address(); }
  [[nodiscard]] serve::Server::Counts counts() const { return server_.counts(); }

  // In the loop's thread. `board`: outlives the loop.
  void show(const view::Board& board) { board_ = &board; }
  void use(const watch::Settings& settings);
  void on_result(watch::MonitorId monitor, Hand& hand);
  void on_turn(Instant now);

  // What the public may see. From any thread.
  [[nodiscard]] pages::Audience audience() const;

 private:
  struct Access {
    watch::Http http;
    std::string link_key;
    std::string url;
    std::optional<bool> per_monitor;
  };
  class Question;
  class Stream;
  using Asked = std::function<void(Hand&)>;

  void handle(serve::Request&& request, serve::Responder&& responder);
  void read(const serve::Request& request, Route&& route, const Viewer& viewer,
            serve::Responder&& responder);
  void write(const serve::Request& request, const Route& route, serve::Responder&& responder);
  void acknowledge(const serve::Request& request, const Route& route, Viewer&& viewer,
                   serve::Responder&& responder);
  void answer_after_turn(std::shared_ptr<serve::Responder> responder, Make make);
  void stream(Route&& route, const Viewer& viewer, serve::Responder&& responder);
  void keep(const std::string& key, const std::shared_ptr<Question>& question, Instant now);
  [[nodiscard]] bool post(Asked&& asked);  // False: too many wait.
  void answer_some(Hand& hand);
  void answer(const std::shared_ptr<Question>& question, Hand& hand);
  void probe_now(const std::shared_ptr<Question>& question, Hand& hand);
  [[nodiscard]] std::shared_ptr<const Access> access() const;
  [[nodiscard]] static std::shared_ptr<const Access> access_of(const watch::Settings& settings);
  [[nodiscard]] serve::Answer health(const Route& route) const;

  WebSurroundings surroundings_;
  const view::Board* board_ = nullptr;
  mutable std::mutex lock_;
  std::shared_ptr<const Access> access_;
  std::deque<Asked> questions_;  // To the loop.
  bool posted_ = false;          // It will look at them.
  // The loop's.
  std::vector<std::pair<watch::MonitorId, std::shared_ptr<Question>>> fresh_;
  bool again_ = false;
  std::vector<std::pair<std::shared_ptr<serve::Responder>, Make>> changed_;
  std::atomic<std::int64_t> turned_{0};  // The loop's last turn, in nanoseconds of Instant.
  // The server's thread's.
  std::map<std::string, std::shared_ptr<Question>> asked_;
  std::vector<std::weak_ptr<Stream>> streams_;
  serve::Server server_;
};

}  // namespace mxsweep::monitor
