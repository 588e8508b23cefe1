// SPDX-License-Identifier: MIT
#include "mxsweep/monitor/monitor.h"

#include <fmt/format.h>
#include <malloc.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <future>
#include <memory>
#include <optional>
#include <utility>

#include "monitor/control_server.h"
#include "monitor/desk.h"
#include "monitor/events.h"
#include "monitor/load.h"
#include "monitor/loop.h"
#include "monitor/machine.h"
#include "monitor/station.h"
#include "mxsweep/core/counted.h"
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
  void serve();
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
  std::optional<Desk> desk_;
  std::optional<ControlServer> control_;
  threads::Thread thread_;
  threads::Doorbell ended_;
  bool stopping_ = false;
};

Ended Monitor::run() {
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
  const watch::Settings settings = loaded.settings;
  if (Status made = make_state_dir(settings.state_dir); !made.ok()) return made;
  station_.emplace(StationOptions{.records = options_.records,
                                  .events = options_.events,
                                  .show = [this](const watch::Event& event) { show(event); }},
                   settings, machine->names, service_);
  Result<watch::Saved> saved = station_->open(settings, ring::wall_now());
  if (!saved.ok()) return saved.status();
  if (!station_->damage().empty()) {
    say(station_->damage(), 3);
    station_->post(Outside::Trouble{.key = "damage", .text = station_->damage(), .ends = false});
  }
  if (Status started = station_->start(); !started.ok()) return started;
  const std::size_t targets = loaded.targets.size();
  Status started = start_loop(std::move(loaded.settings), std::move(loaded.zones),
                              *std::move(saved), std::move(loaded.targets), *machine);
  if (!started.ok()) return started;
  desk_.emplace(options_, settings, *station_, service_);
  control_.emplace([this](std::string_view line) { return desk_->answer(line); });
  started = control_->open(control_path(settings), settings.control_group);
  if (!started.ok()) return started;
  const std::string ready =
      fmt::format("watching {}, control socket {}", counted(targets, "target"), control_->path());
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
  loop_.emplace(options, std::move(settings), watch::Zones(zones), *station_, station_->bell());
  const std::vector<watch::DeliveryRow> deliveries = saved.deliveries;
  const auto opened = std::make_shared<std::promise<Status>>();
  const int error = thread_.start([&, opened] {
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

void Monitor::serve() {
  std::array<pollfd, 2> waits{pollfd{.fd = signals_.descriptor(), .events = POLLIN, .revents = 0},
                              pollfd{.fd = ended_.descriptor(), .events = POLLIN, .revents = 0}};
  while (waits[1].revents == 0) {
    ::poll(waits.data(), waits.size(), -1);
    while (const auto signal = signals_.take()) react(*signal);
  }
}

void Monitor::react(const threads::Signal& signal) {
  const bool ends = signal.number != SIGUSR1 && (signal.number != SIGHUP || signal.of_kernel);
  if (!ends && stopping_) return;
  if (signal.number == SIGUSR1) {
    say("mxsweep watch: " + desk_->status_line(), 6);
    return;
  }
  if (!ends) {
    const Desk::Reloaded reloaded = desk_->reload();
    for (const std::string& problem : reloaded.problems) say("mxsweep watch: " + problem, 3);
    if (!reloaded.problems.empty()) {
      say("mxsweep watch: nothing was changed: the configuration has problems", 3);
    } else if (!options_.quiet) {
      say("mxsweep watch: read again: " + reloaded.text, 5);
    }
    return;
  }
  if (std::exchange(stopping_, true)) std::_Exit(kEndedEarly);
  service_.stopping();
  loop_->stop();
}

Status Monitor::finish() {
  thread_.join();
  control_->close();
  station_->submit_rest();
  const Instant until = ring::now() + kFinishPatience;
  bool whole = false;
  while (!whole && ring::now() < until) {
    whole = station_->wait_until_kept(kSignalEvery);
    while (const auto signal = signals_.take()) react(*signal);
  }
  station_->finish_outputs();
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
