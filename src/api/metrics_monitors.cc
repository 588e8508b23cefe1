// SPDX-License-Identifier: MIT
#include <array>
#include <chrono>
#include <string>

#include "api/families.h"

namespace mxsweep::api {
namespace {

using metrics::Exposition;
using metrics::Type;
using view::MonitorMetrics;

constexpr std::array kStates{watch::State::unknown, watch::State::up, watch::State::degraded,
                             watch::State::down};

void write_info(std::span<const MonitorMetrics> monitors, Exposition& out) {
  out.family("mxsweep_monitor", Type::info, "What a monitor watches.");
  for (const MonitorMetrics& monitor : monitors) {
    const view::MonitorLine& line = monitor.line;
    out.value({{"monitor", line.id},
               {"group", line.group},
               {"target", line.target},
               {"ip", line.address},
               {"port", std::to_string(line.port)}},
              std::uint64_t{1});
  }
}

void write_states(std::span<const MonitorMetrics> monitors, Exposition& out) {
  out.family("mxsweep_monitor_up", Type::gauge,
             "Whether a monitor is up or degraded; absent while that is unknown.");
  for (const MonitorMetrics& monitor : monitors) {
    const watch::State state = monitor.line.state;
    if (state == watch::State::unknown) continue;
    out.value({{"monitor", monitor.line.id}, {"group", monitor.line.group}},
              std::uint64_t{state == watch::State::down ? 0U : 1U});
  }
  out.family("mxsweep_monitor_state", Type::gauge, "1 for the state that a monitor is in, else 0.");
  for (const MonitorMetrics& monitor : monitors) {
    for (const watch::State state : kStates) {
      out.value({{"monitor", monitor.line.id},
                 {"group", monitor.line.group},
                 {"state", to_string(state)}},
                std::uint64_t{monitor.line.state == state ? 1U : 0U});
    }
  }
}

void write_results(std::span<const MonitorMetrics> monitors, Exposition& out) {
  out.family("mxsweep_monitor_last_probe_timestamp_seconds", Type::gauge,
             "Unix time of a monitor's latest result.");
  for (const MonitorMetrics& monitor : monitors) {
    if (monitor.line.last == WallTime{}) continue;
    out.value({{"monitor", monitor.line.id}, {"group", monitor.line.group}},
              unix_seconds(monitor.line.last));
  }
  out.family("mxsweep_monitor_duration_seconds", Type::gauge,
             "Time of the latest probe in each phase that it reached, and in total.");
  for (const MonitorMetrics& monitor : monitors) {
    for (std::size_t i = 0; i < view::kLaps; ++i) {
      if (monitor.laps[i] == Duration::zero()) continue;
      out.value({{"monitor", monitor.line.id},
                 {"group", monitor.line.group},
                 {"phase", to_string(static_cast<view::Lap>(i))}},
                seconds(monitor.laps[i]));
    }
  }
}

}  // namespace

void write_monitors(std::span<const MonitorMetrics> monitors, Exposition& out) {
  write_info(monitors, out);
  write_states(monitors, out);
  write_results(monitors, out);
  out.family("mxsweep_monitor_uptime_ratio", Type::gauge,
             "The part of the observed time in which a monitor was up.");
  for (const MonitorMetrics& monitor : monitors) {
    const view::MonitorLine& line = monitor.line;
    if (monitor.day) {
      out.value({{"monitor", line.id}, {"group", line.group}, {"window", "1d"}}, *monitor.day);
    }
    if (monitor.month) {
      out.value({{"monitor", line.id}, {"group", line.group}, {"window", "30d"}}, *monitor.month);
    }
  }
  out.family("mxsweep_monitor_certificate_not_after_timestamp_seconds", Type::gauge,
             "Unix time of the earliest end on the path of a monitor's certificate.");
  for (const MonitorMetrics& monitor : monitors) {
    if (monitor.certificate_end == WallTime{}) continue;
    out.value({{"monitor", monitor.line.id}, {"group", monitor.line.group}},
              unix_seconds(monitor.certificate_end));
  }
}

}  // namespace mxsweep::api
