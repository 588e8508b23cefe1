// SPDX-License-Identifier: MIT
// usage: api_samples FOLDER
//
// Writes the answers of the API for sample facts to a folder, and a line for each of them to its
// file "samples": operationId of openapi.json, status, media type, file. Tests in Python compare
// them with what they must be.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>

#include "mxsweep/api/api.h"
#include "support/sample_facts.h"

namespace {

using namespace mxsweep;
namespace samples = view::samples;

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kLines = "application/x-ndjson";

class Folder {
 public:
  explicit Folder(std::filesystem::path path) : path_(std::move(path)), list_(path_ / "samples") {}

  void write(std::string_view operation, std::string_view media_type, const std::string& body,
             int status = 200) {
    const std::string name = std::to_string(++written_);
    std::ofstream(path_ / name, std::ios::binary) << body;
    list_ << operation << '\t' << status << '\t' << media_type << '\t' << name << '\n';
  }
  [[nodiscard]] bool ok() { return static_cast<bool>(list_.flush()); }

 private:
  std::filesystem::path path_;
  std::ofstream list_;
  int written_ = 0;
};

view::MonitorPage with_certificate() {
  view::MonitorPage page = samples::up_monitor();
  page.path.front().sha256 = std::string(64, 'a');
  page.path.front().names = {"mx3.example.net", "*.example.net"};
  page.verified = true;
  page.path_end = samples::kNow + std::chrono::hours{24 * 20};
  return page;
}

view::CertificateList with_keys() {
  view::CertificateList list = samples::many_certificates();
  for (view::CertificateLine& line : list.certificates) {
    line.certificate.spki_sha256 = line.certificate.sha256;
  }
  return list;
}

view::MonitorPage not_probed() {
  view::MonitorPage page = samples::empty_monitor();
  page.monitor = samples::many_monitors().monitors.front();
  page.monitor.last = {};
  return page;
}

void write_monitors(Folder& folder) {
  folder.write("listMonitors", kJson, api::monitors(samples::many_monitors()));
  folder.write("listMonitors", kJson, api::monitors(samples::marked_monitors()));
  folder.write("listMonitors", kJson, api::monitors({}));
  folder.write("listMonitors", kLines, api::monitor_lines(samples::many_monitors()));
  for (const view::MonitorPage& page :
       {with_certificate(), samples::up_monitor(), samples::down_monitor(),
        samples::marked_monitor(), not_probed()}) {
    folder.write("getMonitor", kJson, api::monitor(page));
  }
  for (const view::History& history : {samples::probe_history(), samples::hour_history()}) {
    folder.write("getHistory", kJson, api::history(history));
    folder.write("getHistory", kLines, api::history_lines(history));
  }
}

void write_incidents(Folder& folder, bool targets) {
  for (const view::IncidentList& list :
       {samples::many_incidents(), samples::empty_incidents(), samples::marked_incidents()}) {
    folder.write("listIncidents", kJson, api::incidents(list, targets));
    folder.write("listIncidents", kLines, api::incident_lines(list, targets));
  }
  for (const view::IncidentPage& page : {samples::open_incident(), samples::closed_incident(),
                                         samples::empty_incident(), samples::marked_incident()}) {
    folder.write("getIncident", kJson, api::incident(page, targets));
  }
}

void write_summaries(Folder& folder, bool targets) {
  for (const view::Overview& overview :
       {samples::empty_overview(), samples::calm_overview(), samples::outage_overview(),
        samples::blind_overview(), samples::trouble_overview(), samples::large_overview(40, 100),
        samples::marked_overview()}) {
    folder.write("getSummary", kJson, api::summary(overview, targets));
  }
}

api::ProcessFacts process() {
  api::ProcessFacts facts;
  facts.version = "1.2.3";
  facts.cpu_seconds = 12.5;
  facts.resident_bytes = 150'000'000;
  facts.open_descriptors = 2100;
  facts.descriptors_max = 65536;
  facts.start_seconds = 1'794'823'770;
  facts.history_bytes = 9'000'000'000;
  facts.reload_seconds = 1'795'000'000;
  facts.http_requests = 4711;
  facts.http_refused = 12;
  facts.http_open = 3;
  return facts;
}

void write_metrics(Folder& folder) {
  view::Metrics hostile = samples::marked_metrics();
  hostile.groups.front().name = samples::marked("group");
  hostile.channels.front().name = samples::marked("channel");
  for (const metrics::Format format : {metrics::Format::prometheus, metrics::Format::openmetrics}) {
    const std::string_view type = metrics::content_type(format);
    const std::string_view media_type = type.substr(0, type.find(';'));
    for (const view::Metrics& facts : {samples::many_metrics(), hostile, view::Metrics{}}) {
      folder.write("metrics", media_type, api::metrics(facts, process(), format));
    }
    for (const view::MonitorPage& page : {with_certificate(), samples::down_monitor()}) {
      folder.write("probe", media_type, api::probe(page, format));
    }
  }
}

}  // namespace

int main(int count, char** words) {
  if (count != 2) {
    std::cerr << "usage: api_samples FOLDER\n";
    return 2;
  }
  Folder folder(words[1]);
  write_monitors(folder);
  for (const bool targets : {true, false}) {
    write_incidents(folder, targets);
    write_summaries(folder, targets);
  }
  folder.write("listCertificates", kJson, api::certificates(samples::many_certificates()));
  folder.write("listCertificates", kJson, api::certificates(with_keys()));
  folder.write("listCertificates", kJson, api::certificates(samples::empty_certificates()));
  folder.write("listCertificates", kLines, api::certificate_lines(with_keys()));
  folder.write("getOpenapi", kJson, std::string(api::openapi()));
  folder.write("getMonitor", kJson, api::error("there is no such monitor"), 404);
  write_metrics(folder);
  return folder.ok() ? 0 : 1;
}
