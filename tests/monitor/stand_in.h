// SPDX-License-Identifier: MIT
// The surroundings of a loop or a prober in tests: keeps what they pass on.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "monitor/outside.h"
#include "mxsweep/results/json_writer.h"

namespace mxsweep::monitor {

class StandIn final : public Outside {
 public:
  void ask(targets::Target&& name, bool /*domain*/) override {
    questions.push_back(std::move(name));
  }
  bool take(std::vector<names::Resolved>& servers) override {
    if (answers.empty()) return false;
    servers = std::move(answers.front());
    answers.pop_front();
    return true;
  }
  void ask_checks(targets::Target&& target, const CheckPlan& /*plan*/) override {
    checked.push_back(std::move(target));
  }
  bool take_checked(std::vector<names::Resolved>& /*servers*/) override { return false; }
  void run(std::uint64_t number, const watch::Group& group) override {
    runs.emplace_back(number, group.name);
  }
  bool take(RunResult& result) override {
    if (run_results.empty()) return false;
    result = std::move(run_results.front());
    run_results.pop_front();
    return true;
  }
  void show(watch::MonitorId /*id*/, const RunResult& result) override { shown.push_back(result); }
  void record(const results::Record& record, Instant /*now*/) override {
    results::append_json(record, records.emplace_back());
  }
  void record(const names::Domain& domain, Instant /*now*/) override {
    domain.append_line(records.emplace_back());
  }
  void keep(watch::MonitorId /*id*/, const watch::Monitor& monitor,
            watch::HistoryRow&& row) override {
    kept.emplace_back(monitor.key, row);
  }
  void forget(watch::MonitorId /*id*/) override {}
  void pass_on(watch::Effects&& effects, const watch::Settings& /*settings*/,
               Instant /*now*/) override {
    for (watch::Event& event : effects.events) events.push_back(std::move(event));
    for (watch::Send& send : effects.sends) sends.push_back(std::move(send));
  }
  bool take(watch::Delivered& delivered) override {
    if (delivered_at == sends.size()) return false;
    const watch::Message& message = sends[delivered_at].message;
    delivered = {.channel = sends[delivered_at].channel,
                 .incident = message.incident,
                 .kind = message.kind,
                 .revision = message.revision,
                 .ok = true,
                 .text = {}};
    ++delivered_at;
    return true;
  }
  bool take(Trouble& /*trouble*/) override { return false; }
  bool take(Command& command) override {
    if (commands.empty()) return false;
    command = std::move(commands.front());
    commands.pop_front();
    return true;
  }
  [[nodiscard]] bool has_work() const override {
    return !answers.empty() || !commands.empty() || delivered_at < sends.size();
  }
  Instant flush(Instant /*now*/) override { return kNever; }
  void on_turn(Instant /*now*/) override { ++turns; }

  std::vector<targets::Target> questions;
  std::vector<targets::Target> checked;
  std::deque<std::vector<names::Resolved>> answers;
  std::vector<std::string> records;
  std::vector<std::pair<std::string, watch::HistoryRow>> kept;
  std::vector<watch::Event> events;
  std::vector<watch::Send> sends;
  std::size_t delivered_at = 0;
  std::deque<Command> commands;
  std::uint64_t turns = 0;
  std::vector<std::pair<std::uint64_t, std::string>> runs;  // Number and group.
  std::deque<RunResult> run_results;
  std::vector<RunResult> shown;
};

}  // namespace mxsweep::monitor
