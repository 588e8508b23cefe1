// SPDX-License-Identifier: MIT
#include "monitor/showing.h"

#include <utility>

namespace mxsweep::monitor {

Showing::Showing(const watch::Settings& settings, ShowingOptions options, Hand& hand,
                 watch::Past&& past)
    : hand_(hand),
      http_(settings.http),
      board_({.monitors_expected = options.monitors_expected}, hand.watch(), hand.moment()),
      history_(settings.state_dir, hand.moment().wall, options.in_loop, board_),
      web_(settings,
           {.in_loop = options.in_loop,
            .reload = std::move(options.reload),
            .history =
                [this](const Route& route, view::History&& facts, std::function<void(Make)> take) {
                  history_.ask(route, std::move(facts), std::move(take));
                },
            .process = std::move(options.process)}),
      files_(
          settings.http.status_dir, board_, options.in_loop, [this] { return web_.audience(); },
          options.on_files) {
  board_.restore(std::move(past));
  web_.show(board_);
}

Status Showing::open() {
  if (!http_.listen.empty()) {
    if (Status opened = web_.open(); !opened.ok()) return opened.behind("[http] listen");
  }
  if (Status started = history_.start(); !started.ok()) return started;
  return files_.start();
}

void Showing::close() {
  files_.stop();
  web_.stop();
  history_.stop();
}

std::string Showing::address() const {
  return http_.listen.empty() ? std::string() : "http://" + web_.address() + "/";
}

serve::Server::Counts Showing::counts() const { return web_.counts(); }

void Showing::on_result(watch::MonitorId id, const watch::HistoryRow& row) {
  board_.on_result(id, row, hand_.moment());
  web_.on_result(id, hand_);
}

void Showing::on_run(watch::MonitorId id, const RunResult& result) {
  board_.on_run(id, {.text = result.text, .data = result.data});
}

void Showing::on_reload(std::optional<std::string> problem) {
  web_.use(hand_.watch().settings());
  board_.on_reload(std::move(problem), hand_.moment());
}

}  // namespace mxsweep::monitor
