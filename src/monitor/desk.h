// SPDX-License-Identifier: MIT
// Where the requests of users are answered: those of the control socket, and signals. It reads
// configurations in the caller's thread, and passes everything else to the loop.
//
//   Threads   any; reloads happen one after the other.
//   Errors    in the answers: {"ok":false,"error":…}.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/commands.h"
#include "monitor/service.h"
#include "monitor/station.h"
#include "mxsweep/core/time.h"
#include "mxsweep/monitor/monitor.h"
#include "mxsweep/watch/settings.h"

namespace mxsweep::monitor {

class Desk {
 public:
  // What is wrong with the configuration that was read; nothing: it is used.
  using OnReload = std::function<void(std::optional<std::string> problem)>;

  // `settings`, `blocklists`: those of the start. `on_reload`: after each reload, in the thread
  // that asked.
  Desk(const MonitorOptions& options, watch::Settings settings,
       std::shared_ptr<dnsbl::Run> blocklists, Station& station, Service& service,
       OnReload on_reload)
      : options_(options),
        present_(std::move(settings)),
        blocklists_(std::move(blocklists)),
        station_(station),
        service_(service),
        on_reload_(std::move(on_reload)) {}

  // One line of JSON in, one out.
  [[nodiscard]] std::string answer(std::string_view line);

  struct Reloaded {
    std::vector<std::string> problems;  // Not empty: nothing has changed.
    std::string text;                   // What has.
  };
  Reloaded reload();
  // One line on how things stand; empty: the loop does not answer.
  [[nodiscard]] std::string status_line();

 private:
  // Runs it in the loop's thread and waits for its end. False: the loop does not answer.
  bool in_loop(const std::function<void(Hand& hand)>& command);
  [[nodiscard]] std::string test(const std::string& channel);
  Reloaded apply(Loaded&& loaded);

  const MonitorOptions& options_;
  std::mutex reloading_;
  watch::Settings present_;                 // Of these, what a reload does not change.
  std::shared_ptr<dnsbl::Run> blocklists_;  // Null: none.
  Station& station_;
  Service& service_;
  OnReload on_reload_;
};

}  // namespace mxsweep::monitor
