// SPDX-License-Identifier: MIT
// All that is seen of a running monitor: the board that remembers, the web server and the files of
// the status page. There is none without [http].
//
//   Shape     the station tells it what happens; the loop's thread is where the board lives.
//   Threads   open() and close(): the caller's; the on_…() functions: the loop's.
//   Errors    open(): the address or the folder cannot be used.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "monitor/hand.h"
#include "monitor/web.h"
#include "monitor/web_files.h"
#include "monitor/web_history.h"
#include "mxsweep/core/status.h"
#include "mxsweep/view/board.h"
#include "mxsweep/watch/effects.h"
#include "mxsweep/watch/settings.h"

namespace mxsweep::monitor {

struct ShowingOptions {
  std::uint32_t monitors_expected = 0;
  std::function<void(Outside::Command&&)> in_loop;   // From any thread.
  std::function<void(serve::Responder&&)> reload;    // The same.
  Process process;                                   // In the server's thread.
  std::function<void(const std::string&)> on_files;  // What has failed, or nothing.
};

class Showing {
 public:
  // `hand` outlives it. To be constructed before its loop runs.
  Showing(const watch::Settings& settings, ShowingOptions options, Hand& hand, watch::Past&& past);
  ~Showing() { close(); }
  Showing(const Showing&) = delete;
  Showing& operator=(const Showing&) = delete;

  // When the loop runs.
  Status open();
  void close();
  // "http://127.0.0.1:8025/"; empty: it listens nowhere.
  [[nodiscard]] std::string address() const;
  [[nodiscard]] serve::Server::Counts counts() const;

  void on_record(const results::Record& record) { board_.on_record(record); }
  void on_result(watch::MonitorId id, const watch::HistoryRow& row);
  void on_run(watch::MonitorId id, const RunResult& result);
  void on_effects(const watch::Effects& effects) { board_.on_effects(effects, hand_.moment()); }
  void on_delivered(std::string_view channel, bool ok) { board_.on_delivered(channel, ok); }
  void on_reload(std::optional<std::string> problem);
  void forget(watch::MonitorId id) { board_.forget(id); }
  void on_turn(Instant now) { web_.on_turn(now); }

 private:
  Hand& hand_;
  watch::Http http_;
  view::Board board_;
  WebHistory history_;
  Web web_;
  WebFiles files_;
};

}  // namespace mxsweep::monitor
