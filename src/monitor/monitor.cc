// SPDX-License-Identifier: MIT
#include "mxsweep/monitor/monitor.h"

#include <fmt/format.h>
#include <malloc.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "monitor/control_server.h"
#include "monitor/desk.h"
#include "monitor/events.h"
#include "monitor/link_key.h"
#include "monitor/load.h"
#include "monitor/loop.h"
#include "monitor/machine.h"
#include "monitor/process.h"
#include "monitor/showing.h"
#include "monitor/station.h"
#include "mxsweep/core/counted.h"
#include "mxsweep/results/json_object.h"
#include "mxsweep/ring/clock.h"
#include "mxsweep/threads/signals.h"
#include "mxsweep/threads/thread.h"
#include "mxsweep/watch/compose.h"

namespace mxsweep::monitor {
namespace {

constexpr Duration kFinishPatience = std::chrono::seconds{20};
constexpr std::string_view kAlertmanager = "alertmanager";
constexpr Duration kSignalEvery = std::chrono::milliseconds{100};
constexpr int kEndedEarly = 1;  // Of a second signal.

// An Alertmanager forgets what is not renewed: open incidents that it was told of go on.
void resume_alerts(const std::vector<watch::DeliveryRow>& deliveries, const watch::Zones& zones,
                   Loop& loop, Station& station) {
  const watch::Watch& watch = loop.watch();
  const std::vector<watch::Channel>& channels = watch.settings().channels;
  for (const watch::DeliveryRow& row : deliveries) {
    const auto channel = std::ranges::find(channels, row.channel, &watch::Channel::name);
    if (!row.opening_told || row.closing_told || channel == channels.end()) continue;
    if (channel->kind != kAlertmanager) continue;
    watch.each_incident([&](const watch::Incident& incident) {
      if (incident.id != row.incident || !incident.open()) return;
      const watch::Subject subject{
          .incident = incident,
          .settings = watch.settings(),
          .zones = zones,
          .monitor = [&watch](watch::MonitorId id) { return &watch.monitor(id); },
          .evidence = {}};
      station.resume(*channel, watch::compose(subject, watch::MessageKind::opening, 0, *channel,
                                              loop.moment()));
    });
  }
}

double unix_seconds(WallTime time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

bool is_seen(const watch::Settings& settings) {
  return !settings.http.listen.empty() || !settings.http.status_dir.empty();
}

class Monitor {
 public:
  explicit Monitor(const MonitorOptions& options)
      : options_(options),
        service_(Service::variable("NOTIFY_SOCKET"), Service::variable("WATCHDOG_USEC"),
                 Service::variable("WATCHDOG_PID")) {}

  Ended run();

 private:
  Status open(Loaded&& loaded);
  Status start_loop(watch::Settings&& settings, watch::Zones&& zones, watch::Saved&& saved,
                    std::vector<Listed>&& targets, const Machine& machine);
  void show(const watch::Settings& settings, const Machine& machine);
  [[nodiscard]] api::ProcessFacts process() const;
  void serve();
  void reload_for_clients();
  Desk::Reloaded reload();
  void react(const threads::Signal& signal);
  Status finish();
  void say(std::string_view line, int priority) const {
    options_.say(options_.for_journal ? fmt::format("<{}>{}", priority, line) : std::string(line));
  }
  void show(const watch::Event& event) const {
    if (!options_.quiet) options_.say(event_line(event, options_.for_journal));
  }

  const MonitorOptions& options_;
  threads::Signals signals_;
  Service service_;
  tls::ClientOptions tls_;
  std::optional<Station> station_;
  std::optional<Loop> loop_;
  watch::Past past_;
  std::optional<Showing> showing_;
  std::optional<Desk> desk_;
  std::optional<ControlServer> control_;
  threads::Thread thread_;
  threads::Doorbell ended_;
  threads::Doorbell asked_;  // For a reload, over HTTP.
  std::mutex lock_;
  std::vector<serve::Responder> reloads_;
  std::atomic<bool> reload_good_ = true;
  std::atomic<double> reload_seconds_ = 0;
  double start_seconds_ = 0;
  bool stopping_ = false;
};

Ended Monitor::run() {
  start_seconds_ = unix_seconds(ring::wall_now());
  reload_seconds_ = start_seconds_;
  Loading loading = load(options_.config, options_.state_dir, true, ring::wall_now());
  if (!loading.loaded) return {.problems = std::move(loading.problems), .failure = {}};
  if (Status opened = open(*std::move(loading.loaded)); !opened.ok()) {
    if (loop_) loop_->stop();
    thread_.join();
    return {.problems = {}, .failure = opened};
  }
  serve();
  return {.problems = {}, .failure = finish()};
}

Status Monitor::open(Loaded&& loaded) {
  Result<Machine> machine = prepare_machine(loaded);
  if (!machine.ok()) return machine.status();
  tls_ = machine->tls;
  if (Status made = make_state_dir(loaded.settings.state_dir); !made.ok()) return made;
  if (!loaded.settings.http.listen.empty()) {
    Result<watch::Secret> key = link_key(loaded.settings.state_dir);
    if (!key.ok()) return key.status();
    loaded.settings.link_key = *std::move(key);
  }
  const Result<std::shared_ptr<dnsbl::Run>> blocklists =
      open_blocklists(std::move(loaded.blocklists), nullptr);
  if (!blocklists.ok()) return blocklists.status();
  const watch::Settings settings = loaded.settings;
  station_.emplace(StationOptions{.records = options_.records,
                                  .events = options_.events,
                                  .show = [this](const watch::Event& event) { show(event); }},
                   settings, *machine, service_);
  station_->use(settings, loaded.recipes);
  station_->use(*blocklists);
  Result<watch::Saved> saved = station_->open(settings, ring::wall_now());
  if (!saved.ok()) return saved.status();
  if (!station_->damage().empty()) {
    say(station_->damage(), 3);
    station_->post(Outside::Trouble{.key = "damage", .text = station_->damage(), .ends = false});
  }
  if (is_seen(settings)) {
    Result<watch::Past> past = station_->read_past();
    if (!past.ok()) say("mxsweep watch: earlier incidents: " + past.status().sentence(), 4);
    if (past.ok()) past_ = *std::move(past);
  }
  if (Status started = station_->start(); !started.ok()) return started;
  const std::size_t targets = loaded.targets.size();
  Status started = start_loop(std::move(loaded.settings), std::move(loaded.zones),
                              *std::move(saved), std::move(loaded.targets), *machine);
  if (!started.ok()) return started;
  desk_.emplace(options_, settings, *blocklists, *station_, service_,
                [this](std::optional<std::string> problem) {
                  reload_good_ = !problem;
                  if (!problem) reload_seconds_ = unix_seconds(ring::wall_now());
                  if (!showing_) return;
                  station_->post([this, problem = std::move(problem)](Hand&) {
                    showing_->on_reload(problem);
                  });
                });
  control_.emplace([this](std::string_view line) { return desk_->answer(line); });
  started = control_->open(control_path(settings), settings.control_group);
  if (!started.ok()) return started;
  std::string ready =
      fmt::format("watching {}, control socket {}", counted(targets, "target"), control_->path());
  if (showing_) {
    if (Status opened = showing_->open(); !opened.ok()) return opened;
    if (!showing_->address().empty()) ready += ", status page " + showing_->address();
  }
  if (!options_.quiet) say("mxsweep watch: " + ready, 6);
  service_.ready(ready);
  return {};
}

// The ring and its loop belong to a thread of their own.
Status Monitor::start_loop(watch::Settings&& settings, watch::Zones&& zones, watch::Saved&& saved,
                           std::vector<Listed>&& targets, const Machine& machine) {
  const LoopOptions options{.monitors_most = machine.monitors_most,
                            .connections = machine.connections,
                            .seed = machine.names.resolver.seed,
                            .sources = machine.sources,
                            .tls = &tls_,
                            .ring = {.submissions = 1024, .completions = 4096, .buffers = 256}};
  loop_.emplace(options, watch::Settings(settings), watch::Zones(zones), *station_,
                station_->bell());
  if (is_seen(settings)) show(settings, machine);
  const std::vector<watch::DeliveryRow> deliveries = saved.deliveries;
  const auto opened = std::make_shared<std::promise<Status>>();
  const int error = thread_.start("loop", [&, opened] {
    Status status = loop_->open(std::move(saved), std::move(targets));
    ::malloc_trim(0);  // The lists are gone: they were the most that this process ever held.
    const bool runs = status.ok();
    if (runs) resume_alerts(deliveries, zones, *loop_, *station_);
    opened->set_value(std::move(status));
    if (runs) loop_->run();
    ended_.notify();
  });
  if (error != 0) return Status::machine(std::string("the loop's thread: ") + std::strerror(error));
  return opened->get_future().get();
}

void Monitor::show(const watch::Settings& settings, const Machine& machine) {
  showing_.emplace(
      settings,
      ShowingOptions{
          .monitors_expected = machine.monitors_expected,
          .in_loop = [this](Outside::Command&& command) { station_->post(std::move(command)); },
          .reload =
              [this](serve::Responder&& responder) {
                const std::lock_guard lock(lock_);
                reloads_.push_back(std::move(responder));
                asked_.notify();
              },
          .process = [this] { return process(); },
          .on_files =
              [this](const std::string& problem) {
                station_->note_from_outside("status_dir", problem);
              }},
      *loop_, std::move(past_));
  station_->show_on(*showing_);
}

api::ProcessFacts Monitor::process() const {
  api::ProcessFacts facts;
  measure_process(facts);
  facts.version = options_.version;
  facts.start_seconds = start_seconds_;
  facts.history_bytes = station_->history_octets();
  facts.history_lost_rows = station_->history_lost();
  facts.reload_good = reload_good_;
  facts.reload_seconds = reload_seconds_;
  const serve::Server::Counts counts = showing_->counts();
  facts.http_requests = counts.requests;
  facts.http_refused = counts.refused;
  facts.http_open = counts.open;
  return facts;
}

void Monitor::serve() {
  const auto wait_for = [](int descriptor) {
    return pollfd{.fd = descriptor, .events = POLLIN, .revents = 0};
  };
  std::array<pollfd, 3> waits{wait_for(signals_.descriptor()), wait_for(ended_.descriptor()),
                              wait_for(asked_.descriptor())};
  while (waits[1].revents == 0) {
    ::poll(waits.data(), waits.size(), -1);
    while (const auto signal = signals_.take()) react(*signal);
    if (waits[2].revents != 0) reload_for_clients();
  }
}

void Monitor::reload_for_clients() {
  asked_.wait();
  std::vector<serve::Responder> waiting;
  {
    const std::lock_guard lock(lock_);
    waiting = std::exchange(reloads_, {});
  }
  if (waiting.empty() || stopping_) return;
  const Desk::Reloaded reloaded = reload();
  const bool good = reloaded.problems.empty();
  const std::string why = fmt::format("{}", fmt::join(reloaded.problems, "\n"));
  for (serve::Responder& each : waiting) {
    std::move(each).answer(
        good ? json(results::JsonObject().flag("ok", true).text("text", reloaded.text).end())
             : error(true, 400, why));
  }
}

// Reads the configuration again, and says what has become of it.
Desk::Reloaded Monitor::reload() {
  Desk::Reloaded reloaded = desk_->reload();
  for (const std::string& problem : reloaded.problems) say("mxsweep watch: " + problem, 3);
  if (!reloaded.problems.empty()) {
    say("mxsweep watch: nothing was changed: the configuration has problems", 3);
  } else if (!options_.quiet) {
    say("mxsweep watch: read again: " + reloaded.text, 5);
  }
  return reloaded;
}

void Monitor::react(const threads::Signal& signal) {
  const bool ends = signal.number != SIGUSR1 && (signal.number != SIGHUP || signal.of_kernel);
  if (!ends && stopping_) return;
  if (signal.number == SIGUSR1) {
    say("mxsweep watch: " + desk_->status_line(), 6);
    return;
  }
  if (!ends) {
    static_cast<void>(reload());
    return;
  }
  if (std::exchange(stopping_, true)) std::_Exit(kEndedEarly);
  service_.stopping();
  loop_->stop();
}

Status Monitor::finish() {
  if (showing_) showing_->close();  // It asks the loop.
  thread_.join();
  control_->close();
  station_->end_runs();
  station_->submit_rest();
  const Instant until = ring::now() + kFinishPatience;
  bool whole = false;
  while (!whole && ring::now() < until) {
    whole = station_->wait_until_kept(kSignalEvery);
    while (const auto signal = signals_.take()) react(*signal);
  }
  station_->finish_outputs();
  if (const Status kept = station_->finish_checks(); !kept.ok()) {
    say("mxsweep watch: " + kept.sentence(), 3);
  }
  std::uint32_t waiting = 0;
  for (const watch::Watch::ChannelState& channel : loop_->watch().channels()) {
    waiting += channel.waiting;
  }
  if (waiting > 0) {
    say(fmt::format("mxsweep watch: {} not delivered yet, kept for the next start",
                    counted(waiting, "message")),
        4);
  }
  if (!loop_->failure().ok()) return loop_->failure();
  return whole ? Status() : Status::io("state.db: not everything could be written");
}

}  // namespace

Ended run_monitor(const MonitorOptions& options) { return Monitor(options).run(); }

}  // namespace mxsweep::monitor
