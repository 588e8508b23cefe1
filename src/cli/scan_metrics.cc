// SPDX-License-Identifier: MIT
#include "cli/scan_metrics.h"

#include <utility>

#include "mxsweep/core/outcome.h"

namespace mxsweep::cli {
namespace {

using metrics::Type;

constexpr std::uint32_t kConnections = 16;  // A scraper or two and a person.
constexpr std::uint32_t kConnectionsOfAddress = 8;
static_assert(kConnections + 16 <= ScanMetrics::kDescriptors);

double metric_seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

std::uint64_t flag(bool value) { return value ? 1 : 0; }

void write_list(const scan::Progress& progress, metrics::Exposition& out) {
  out.family("mxsweep_scan_list_read_bytes", Type::counter, "Octets of the lists read so far.");
  out.value({}, progress.list_octets_read);
  if (progress.list_octets > 0) {
    out.family("mxsweep_scan_list_size_bytes", Type::gauge, "Size of all lists in octets.");
    out.value({}, progress.list_octets);
  }
  out.family("mxsweep_scan_list_ended", Type::gauge, "1 once the lists have been read to the end.");
  out.value({}, flag(progress.list_ended));
}

void write_waits(const scan::Progress& progress, metrics::Exposition& out) {
  out.family("mxsweep_scan_waiting_targets", Type::gauge,
             "Targets that were read and whose conversation has not begun.");
  out.value({}, progress.waiting);
  out.family("mxsweep_scan_postponed_visits", Type::gauge,
             "Visits that wait for the caps on foreign servers, or for the moment of a retry.");
  out.value({{"reason", "politeness"}}, std::uint64_t{progress.polite});
  out.value({{"reason", "retry"}}, std::uint64_t{progress.retries});
}

void write_pauses(const scan::Progress& progress, metrics::Exposition& out) {
  const scan::Pauses& pauses = progress.pauses;
  out.family("mxsweep_scan_shortages", Type::counter,
             "Times that this machine was short of descriptors, ports or memory.");
  out.value({}, progress.shortages);
  out.family("mxsweep_scan_pauses", Type::counter,
             "Times that the sweep paused because this machine had lost its network.");
  out.value({}, std::uint64_t{pauses.pauses});
  out.family("mxsweep_scan_paused_seconds", Type::counter, "Time that these pauses took.");
  out.value({}, metric_seconds(pauses.paused_for));
  out.family("mxsweep_scan_paused", Type::gauge, "1 while the sweep is paused, by the reason.");
  out.value({{"reason", "canary"}}, flag(pauses.paused && !pauses.route_lost));
  out.value({{"reason", "route"}}, flag(pauses.paused && pauses.route_lost));
  out.family("mxsweep_scan_doubtful_failures", Type::gauge,
             "Failures of which it is not known yet whether our own network caused them.");
  out.value({}, std::uint64_t{pauses.held});
}

}  // namespace

std::string exposition_of(const scan::Progress& progress, metrics::Format format) {
  metrics::Exposition out(format);
  out.family("mxsweep_build", Type::info, "The version of mxsweep.");
  out.value({{"version", MXSWEEP_VERSION}}, std::uint64_t{1});
  out.family("mxsweep_scan_records", Type::counter, "Records made by this run, by their outcome.");
  for (std::size_t outcome = 0; outcome < kOutcomeCount; ++outcome) {
    out.value({{"outcome", to_string(static_cast<Outcome>(outcome))}}, progress.outcomes[outcome]);
  }
  out.family("mxsweep_scan_earlier_records", Type::gauge,
             "Records and targets that earlier runs of a resumed sweep have finished.");
  out.value({}, progress.recorded_before);
  out.family("mxsweep_scan_foreign_targets", Type::counter,
             "Targets begun or waiting that are not own.");
  out.value({}, progress.foreign);
  out.family("mxsweep_scan_open_connections", Type::gauge, "Conversations that are open.");
  out.value({}, std::uint64_t{progress.in_flight});
  write_waits(progress, out);
  write_list(progress, out);
  write_pauses(progress, out);
  out.family("mxsweep_scan_stopping", Type::gauge,
             "1 while open conversations end and nothing new begins.");
  out.value({}, flag(progress.stopping));
  out.family("mxsweep_scan_elapsed_seconds", Type::gauge, "Time since this run began.");
  out.value({}, metric_seconds(progress.elapsed));
  return out.end();
}

ScanMetrics::ScanMetrics()
    : server_([this](serve::Request&& request, serve::Responder&& responder) {
        std::move(responder).answer(answer(request));
      }) {}

Status ScanMetrics::open(const std::string& listen, std::vector<std::string> names) {
  serve::ServerOptions options;
  options.listen = listen;
  options.hosts = std::move(names);
  options.connections = kConnections;
  options.connections_of_address = kConnectionsOfAddress;
  options.body_octets_max = 0;
  return server_.open(options).behind("--metrics");
}

Status ScanMetrics::start() { return server_.start(); }

std::string ScanMetrics::url() const { return "http://" + server_.address() + "/metrics"; }

void ScanMetrics::publish(const scan::Progress& progress) {
  const std::lock_guard<std::mutex> lock(mutex_);
  progress_ = progress;
}

serve::Answer ScanMetrics::answer(const serve::Request& request) {
  serve::Answer answer;
  const bool read = request.method == serve::Method::get || request.method == serve::Method::head;
  if (request.path != "/metrics" && request.path != "/-/healthy") {
    answer.status = 404;
    answer.body = "404 Not Found: there are /metrics and /-/healthy\n";
  } else if (!read) {
    answer.status = 405;
    answer.body = "405 Method Not Allowed\n";
    answer.headers.emplace_back("Allow", "GET, HEAD");
  } else if (request.path == "/-/healthy") {
    answer.body = "mxsweep is sweeping\n";
  } else {
    const metrics::Format format = metrics::format_for(request.accept);
    answer.content_type = metrics::content_type(format);
    answer.headers.emplace_back("Vary", "Accept");
    const std::lock_guard<std::mutex> lock(mutex_);
    answer.body = exposition_of(progress_, format);
  }
  return answer;
}

}  // namespace mxsweep::cli
