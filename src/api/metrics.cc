// SPDX-License-Identifier: MIT
// The monitor's metrics. The number of series is bounded by groups, channels and the causes that
// occur, unless each monitor has its own (metrics_monitors.cc).
#include <array>
#include <chrono>

#include "api/families.h"
#include "mxsweep/api/api.h"

namespace mxsweep::api {
namespace {

using metrics::Exposition;
using metrics::Type;

void write_process(const ProcessFacts& process, Exposition& out) {
  out.family("mxsweep_build", Type::info, "The version of this program.");
  out.value({{"version", process.version}}, std::uint64_t{1});
  out.family("process_cpu_seconds", Type::counter,
             "Total user and system CPU time spent in seconds.");
  out.value({}, process.cpu_seconds);
  out.family("process_open_fds", Type::gauge, "Number of open file descriptors.");
  out.value({}, process.open_descriptors);
  out.family("process_max_fds", Type::gauge, "Maximum number of open file descriptors.");
  out.value({}, process.descriptors_max);
  out.family("process_resident_memory_bytes", Type::gauge, "Resident memory size in bytes.");
  out.value({}, process.resident_bytes);
  out.family("process_start_time_seconds", Type::gauge,
             "Start time of the process since unix epoch in seconds.");
  out.value({}, process.start_seconds);
}

void write_storage(const ProcessFacts& process, Exposition& out) {
  out.family("mxsweep_watch_history_bytes", Type::gauge, "Size of history.db.");
  out.value({}, process.history_bytes);
  out.family("mxsweep_watch_history_write_errors", Type::counter,
             "Results that could not be written to history.db.");
  out.value({}, process.history_lost_rows);
  out.family("mxsweep_watch_config_last_reload_successful", Type::gauge,
             "Whether the latest reload of the configuration was good.");
  out.value({}, std::uint64_t{process.reload_good ? 1U : 0U});
  out.family("mxsweep_watch_config_last_reload_success_timestamp_seconds", Type::gauge,
             "Unix time of the latest good reload, or of the start.");
  out.value({}, process.reload_seconds);
  out.family("mxsweep_watch_http_requests", Type::counter, "HTTP requests that were answered.");
  out.value({}, process.http_requests);
  out.family("mxsweep_watch_http_requests_refused", Type::counter,
             "HTTP requests that were malformed, too large, of a wrong Host, or too many.");
  out.value({}, process.http_refused);
  out.family("mxsweep_watch_http_connections", Type::gauge, "Open HTTP connections.");
  out.value({}, std::uint64_t{process.http_open});
}

void write_groups(const view::Metrics& facts, Exposition& out) {
  out.family("mxsweep_watch_monitors", Type::gauge,
             "Monitors by their state; the states are disjoint, and all.");
  for (const view::GroupMetrics& group : facts.groups) {
    const view::Counts& counts = group.counts;
    out.value({{"group", group.name}, {"state", "up"}}, std::uint64_t{counts.up});
    out.value({{"group", group.name}, {"state", "degraded"}}, std::uint64_t{counts.degraded});
    out.value({{"group", group.name}, {"state", "down"}}, std::uint64_t{counts.down});
    out.value({{"group", group.name}, {"state", "unknown"}}, std::uint64_t{counts.unknown});
  }
  out.family("mxsweep_watch_unobserved_monitors", Type::gauge,
             "Monitors of any state whose latest result says nothing of the server.");
  for (const view::GroupMetrics& group : facts.groups) {
    out.value({{"group", group.name}}, std::uint64_t{group.counts.unobserved});
  }
  out.family("mxsweep_watch_maintenance_monitors", Type::gauge,
             "Monitors of any state that are in a maintenance window.");
  for (const view::GroupMetrics& group : facts.groups) {
    out.value({{"group", group.name}}, std::uint64_t{group.counts.maintenance});
  }
  out.family("mxsweep_watch_flapping_monitors", Type::gauge,
             "Monitors that change between up and down again and again.");
  out.value({}, std::uint64_t{facts.flapping});
}

void write_phases(const view::Metrics& facts, Exposition& out) {
  out.family("mxsweep_watch_probe_phase_duration_seconds", Type::histogram,
             "Time of a probe in each phase that it reached, and in total.");
  for (const view::GroupMetrics& group : facts.groups) {
    for (std::size_t i = 0; i < view::kLaps; ++i) {
      if (group.laps[i].count() == 0) continue;
      out.histogram({{"group", group.name}, {"phase", to_string(static_cast<view::Lap>(i))}},
                    group.laps[i]);
    }
  }
}

void write_probes(const view::Metrics& facts, Exposition& out) {
  out.family("mxsweep_watch_probes", Type::counter, "Results by outcome and cause.");
  for (const view::ProbeCounter& probes : facts.probes) {
    out.value({{"group", probes.group},
               {"outcome", to_string(probes.outcome)},
               {"cause", to_string(probes.cause)}},
              probes.count);
  }
  write_phases(facts, out);
  out.family("mxsweep_watch_probes_open", Type::gauge, "Probes that have begun and not ended.");
  out.value({}, std::uint64_t{facts.open_probes});
  out.family("mxsweep_watch_probes_waiting", Type::gauge, "Probes that are due and not begun.");
  out.value({}, std::uint64_t{facts.waiting_probes});
  out.family("mxsweep_watch_schedule_lag_seconds", Type::histogram,
             "How long after its moment a probe began.");
  out.histogram({}, facts.lag);
  out.family("mxsweep_watch_probes_late", Type::counter,
             "Probes that began more than a second after their moment.");
  out.value({}, facts.late);
}

constexpr std::array kKinds{watch::IncidentKind::down,     watch::IncidentKind::degraded,
                            watch::IncidentKind::flapping, watch::IncidentKind::unobserved,
                            watch::IncidentKind::check,    watch::IncidentKind::blind,
                            watch::IncidentKind::internal};
constexpr std::array kSeverities{watch::Severity::info, watch::Severity::warning,
                                 watch::Severity::critical};

std::uint32_t open_count(const view::Metrics& facts, watch::IncidentKind kind,
                         watch::Severity severity) {
  std::uint32_t count = 0;
  for (const view::OpenCount& open : facts.open) {
    if (open.kind == kind && open.severity == severity) count += open.count;
  }
  return count;
}

// All kinds that have an end, with zeros: an alert that is over goes back to 0 and does not vanish.
void write_incidents(const view::Metrics& facts, Exposition& out) {
  out.family("mxsweep_watch_incidents_open", Type::gauge, "Open incidents.");
  for (const watch::IncidentKind kind : kKinds) {
    for (const watch::Severity severity : kSeverities) {
      out.value({{"kind", to_string(kind)}, {"severity", to_string(severity)}},
                std::uint64_t{open_count(facts, kind, severity)});
    }
  }
}

void write_vantage(const view::Now& now, Exposition& out) {
  out.family("mxsweep_watch_vantage_up", Type::gauge,
             "Whether the monitor's own network works; 0: nothing is known of any server.");
  out.value({}, std::uint64_t{now.sight == watch::Sight::blind ? 0U : 1U});
  out.family("mxsweep_watch_observed_timestamp_seconds", Type::gauge,
             "Unix time at which all of this was true.");
  out.value({}, unix_seconds(now.at));
}

void write_channels(const view::Metrics& facts, Exposition& out) {
  out.family("mxsweep_watch_deliveries", Type::counter, "Attempts to deliver a message.");
  for (const view::ChannelMetrics& channel : facts.channels) {
    out.value({{"channel", channel.name}, {"result", "delivered"}}, channel.delivered);
    out.value({{"channel", channel.name}, {"result", "failed"}}, channel.failed);
  }
  out.family("mxsweep_watch_delivery_queue_length", Type::gauge, "Messages that wait.");
  for (const view::ChannelMetrics& channel : facts.channels) {
    out.value({{"channel", channel.name}}, std::uint64_t{channel.waiting});
  }
  out.family("mxsweep_watch_delivery_dead", Type::gauge,
             "Messages that were given up, of incidents that are kept.");
  for (const view::ChannelMetrics& channel : facts.channels) {
    out.value({{"channel", channel.name}}, std::uint64_t{channel.dead});
  }
  out.family("mxsweep_watch_delivery_oldest_timestamp_seconds", Type::gauge,
             "Unix time since when the oldest message waits; absent while none does.");
  for (const view::ChannelMetrics& channel : facts.channels) {
    if (channel.oldest) out.value({{"channel", channel.name}}, unix_seconds(*channel.oldest));
  }
}

void write_levels(const view::Metrics& facts, Exposition& out) {
  out.family("mxsweep_slo_error_budget_ratio", Type::gauge,
             "What is left of the error budget; 1: all of it; negative: overdrawn.");
  for (const view::GroupMetrics& group : facts.groups) {
    if (group.level) out.value({{"group", group.name}}, group.level->budget_left);
  }
  out.family("mxsweep_slo_burn_rate", Type::gauge,
             "How fast the error budget is used; 1: as fast as allowed.");
  for (const view::GroupMetrics& group : facts.groups) {
    if (!group.level) continue;
    out.value({{"group", group.name}, {"window", "1h"}}, group.level->burn_hour);
    out.value({{"group", group.name}, {"window", "1d"}}, group.level->burn_day);
  }
}

void write_certificates(const view::Metrics& facts, Exposition& out) {
  out.family("mxsweep_certificates_expiring", Type::gauge,
             "Distinct certificates within the threshold of a warning (soon), and within that of "
             "a critical one or expired (urgent).");
  for (const view::GroupMetrics& group : facts.groups) {
    out.value({{"group", group.name}, {"within", "soon"}}, std::uint64_t{group.certificates_soon});
    out.value({{"group", group.name}, {"within", "urgent"}},
              std::uint64_t{group.certificates_urgent});
  }
}

}  // namespace

double unix_seconds(WallTime time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

double seconds(Duration span) { return std::chrono::duration<double>(span).count(); }

std::string metrics(const view::Metrics& facts, const ProcessFacts& process,
                    metrics::Format format) {
  Exposition out(format);
  write_process(process, out);
  write_storage(process, out);
  write_vantage(facts.now, out);
  write_groups(facts, out);
  write_incidents(facts, out);
  write_probes(facts, out);
  write_channels(facts, out);
  write_levels(facts, out);
  write_certificates(facts, out);
  if (!facts.monitors.empty()) write_monitors(facts.monitors, out);
  return out.end();
}

}  // namespace mxsweep::api
