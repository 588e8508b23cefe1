// SPDX-License-Identifier: MIT
// The surroundings of the loop: the threads of names, of the databases and of the courier, the
// outputs, and what users ask for.
//
//   Threads   the keeper's thread commits a batch and then passes its messages to the courier; one
//             resolves names, and one more asks what the slow checks need; one runs programs, one
//             makes round trips; one writes the outputs; the courier and the control socket have
//             one each. All of them wake the loop by its doorbell.
//   Errors    open() and start(). What fails afterwards becomes an internal incident.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "monitor/name_thread.h"
#include "monitor/outputs.h"
#include "monitor/outside.h"
#include "monitor/program_thread.h"
#include "monitor/service.h"
#include "monitor/survey_thread.h"
#include "monitor/trip_thread.h"
#include "mxsweep/deliver/courier.h"
#include "mxsweep/names/name_options.h"
#include "mxsweep/store/keeper.h"
#include "mxsweep/threads/doorbell.h"
#include "mxsweep/view/board.h"

namespace mxsweep::monitor {

class Showing;

struct StationOptions {
  std::string records;  // Paths; empty: none.
  std::string events;
  std::function<void(const watch::Event&)> show;  // Of each event, in the loop's thread.
};

class Station final : public Outside {
 public:
  Station(const StationOptions& options, const watch::Settings& settings, const Machine& machine,
          Service& service);
  ~Station() override;

  // What was saved. `damage`: what was set aside.
  Result<watch::Saved> open(const watch::Settings& settings, WallTime now);
  [[nodiscard]] std::string damage() const { return keeper_.damage(); }
  // The latest incidents, for those who look back. Between open() and start().
  Result<watch::Past> read_past() { return keeper_.read_past(view::kIncidentsMost); }
  Status start();
  // When the loop has ended: passes on the rest; whether everything is committed; ends the outputs.
  void submit_rest() { submit({}, {}, channels_); }
  [[nodiscard]] bool wait_until_kept(Duration longest) { return keeper_.flush(longest); }
  void end_runs() {
    programs_.stop();
    trips_.stop();
  }
  void finish_outputs() { outputs_.finish(); }
  Status finish_checks() { return surveys_.finish(); }
  [[nodiscard]] threads::Doorbell& bell() { return bell_; }

  // From any thread.
  void post(Command&& command);
  void post(Trouble&& trouble);
  void reopen_outputs() { outputs_.reopen(); }
  // Of means that are not the station's own. An empty `text`: it works.
  void note_from_outside(const std::string& key, const std::string& text);

  // In the loop's thread. Sends a test message; the promise gets what becomes of it.
  void send_test(const watch::Channel& channel, watch::Message&& message,
                 std::shared_ptr<std::promise<watch::Delivered>> result);
  // Of an open incident that an Alertmanager was told of by an earlier process.
  void resume(const watch::Channel& channel, watch::Message&& message) {
    courier_.resume(channel, std::move(message));
  }
  // The configuration is this from now on; null: no blocklists.
  void use(const watch::Settings& settings, std::shared_ptr<const trips::Recipes> recipes);
  void use(std::shared_ptr<dnsbl::Run> blocklists) { surveys_.use(std::move(blocklists)); }
  [[nodiscard]] std::uint64_t history_octets() const { return keeper_.history_octets(); }
  [[nodiscard]] std::uint64_t history_lost() const { return keeper_.history_lost(); }

  // From now on it hears of what happens. Before the loop runs; it outlives the loop.
  void show_on(Showing& showing) { showing_ = &showing; }

  // Outside.
  void ask(targets::Target&& name, bool domain) override;
  bool take(std::vector<names::Resolved>& servers) override;
  void ask_checks(targets::Target&& target, const CheckPlan& plan) override;
  bool take_checked(std::vector<names::Resolved>& servers) override;
  void run(std::uint64_t number, const watch::Group& group) override;
  bool take(RunResult& result) override;
  void show(watch::MonitorId id, const RunResult& result) override;
  void record(const results::Record& record, Instant now) override;
  void record(const names::Domain& domain, Instant now) override { outputs_.add(domain, now); }
  void keep(watch::MonitorId id, const watch::Monitor& monitor, watch::HistoryRow&& row) override;
  void forget(watch::MonitorId id) override;
  void pass_on(watch::Effects&& effects, const watch::Settings& settings, Instant now) override;
  bool take(watch::Delivered& delivered) override;
  bool take(Trouble& trouble) override;
  bool take(Command& command) override;
  [[nodiscard]] bool has_work() const override;
  Instant flush(Instant now) override;
  void on_turn(Instant now) override;

 private:
  void carry(watch::Send&& send);
  void look_for_troubles();
  [[nodiscard]] bool is_impaired() const;
  void note(const std::string& key, const std::string& text);
  [[nodiscard]] bool is_test(const watch::Delivered& delivered);

  using Channels = std::shared_ptr<const std::vector<watch::Channel>>;
  void submit(watch::StateBatch&& batch, std::vector<watch::Send>&& sends,
              const Channels& channels);

  StationOptions options_;
  Service& service_;
  threads::Doorbell bell_;
  NameThread names_;
  SurveyThread surveys_;
  ProgramThread programs_;
  TripThread trips_;
  Outputs outputs_;
  deliver::Courier courier_;
  store::Keeper keeper_;
  std::vector<std::uint32_t> numbers_;  // In history.db, by MonitorId.
  std::vector<watch::HistoryRow> history_;
  Instant history_at_ = kNever;  // When it is submitted.

  mutable std::mutex lock_;
  std::deque<Command> commands_;
  std::deque<Trouble> troubles_;
  std::deque<Channels> carried_;  // What the channel of each message that was submitted refers to.
  std::atomic<std::size_t> posted_ = 0;  // Commands and troubles.
  std::map<std::string, std::string> outer_troubles_;

  Channels channels_;
  // Test messages that are under way, by the revision that they got.
  std::map<std::uint32_t, std::shared_ptr<std::promise<watch::Delivered>>> tests_;
  std::uint32_t test_ = 0;
  std::map<std::string, std::string> known_troubles_;
  Instant look_at_ = Instant::min();
  std::string dead_man_;
  Duration dead_man_every_{};
  Instant ping_at_ = Instant::min();
  Showing* showing_ = nullptr;
};

}  // namespace mxsweep::monitor
