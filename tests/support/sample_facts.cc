// SPDX-License-Identifier: MIT
// The pages' lists and singles; sample_overviews.cc has the overviews.
#include "support/sample_facts.h"

#include <fmt/format.h>

#include <algorithm>

#include "support/sample_fact_parts.h"

namespace mxsweep::view::samples {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view kFailedRecord =
    R"({"target":"mx17.example.net","ip":"192.0.2.17","port":25,"at":"2026-11-26T10:02:10.120Z",)"
    R"("outcome":"failed","phase":"connect","cause":"net.timeout","ms":{"dns":1.204,)"
    R"("connect":10000.112,"total":10001.4}})";
constexpr std::string_view kRefusedRecord =
    R"({"target":"mx18.example.net","ip":"192.0.2.18","port":25,"at":"2026-11-26T10:02:14.120Z",)"
    R"("outcome":"refused","phase":"greeting","cause":"smtp.busy","ms":{"connect":12.01,)"
    R"("greeting":13.377,"total":26.2},"greeting":{"code":421,"text":["4.3.2 mx18.example.net )"
    R"(Service not available","try <again> & \"later\""]},"reply":{"code":421,"text":["4.3.2"]}})";

MonitorPage page_of(const MonitorLine& line) {
  MonitorPage page;
  page.now = now_facts();
  page.monitor = line;
  page.interval = seconds{60};
  page.days = days_of(1, line.state == watch::State::down ? 17 : 0);
  page.day = 0.99513;
  page.month = 0.99987;
  page.quarter = 0.99331;
  for (int i = 0; i < 48; ++i) {
    Band band{.from = kNow - minutes{30} * (48 - i), .lasts = minutes{30}};
    if (i == 20 || i == 21) {  // A gap.
      page.bands.push_back(band);
      continue;
    }
    for (std::size_t lap = 0; lap < kLaps; ++lap) {
      const auto base = milliseconds{8 + 5 * static_cast<int>(lap) + (i * 7) % 11};
      band.laps[lap] = {base, base + milliseconds{3 + i % 4}, base + milliseconds{9 + (i * 5) % 23},
                        30};
    }
    band.failed = i > 45 && line.state == watch::State::down ? 12 : 0;
    page.bands.push_back(band);
  }
  return page;
}

watch::EvidenceRow evidence(std::string_view monitor, std::string_view record) {
  return {.incident = 412,
          .monitor = std::string(monitor),
          .at = kNow - minutes{7},
          .record = std::string(record)};
}

Told told(std::string_view channel) {
  Told told;
  told.channel = channel;
  return told;
}

}  // namespace

GroupPage calm_group() {
  GroupPage page;
  page.now = now_facts();
  page.group = group_facts("relays", 3, 0);
  page.all = 3;
  for (int i = 0; i < 3; ++i) page.monitors.push_back(line_of(i, watch::State::up));
  return page;
}

GroupPage outage_group() {
  GroupPage page;
  page.now = now_facts();
  page.group = group_facts("edge", 2113, 400);
  page.group.level = Level{.target = 0.999,
                           .window = hours{24 * 30},
                           .budget_left = 0.318,
                           .burn_hour = 12.4,
                           .burn_day = 3.1};
  page.incidents = {prefix_outage(), acknowledged_greeting()};
  page.first = 100;
  page.all = 2113;
  for (int i = 0; i < 100; ++i) {
    const auto state = i < 60   ? watch::State::down
                       : i < 70 ? watch::State::degraded
                       : i < 74 ? watch::State::unknown
                                : watch::State::up;
    page.monitors.push_back(line_of(i, state));
  }
  page.monitors[75].flapping = true;
  page.monitors[76].maintenance = true;
  page.monitors[77].unobserved = true;
  return page;
}

GroupPage empty_group() {
  GroupPage page;
  page.now = now_facts();
  page.group.name = "new";
  return page;
}

MonitorPage up_monitor() {
  MonitorPage page = page_of(line_of(3, watch::State::up));
  page.last = probe_facts(kNow - seconds{12}, Cause::none);
  page.tls = "TLS1.3 TLS_AES_256_GCM_SHA384 X25519";
  page.server_name = "mx3.example.net";
  page.path = certificate_path();
  page.meta = R"({"rack":"b7","owner":"mail team"})";
  page.fields = {
      {"greeting", "mx3.example.net ESMTP Postfix", true, kNow - hours{900}, kNow, 100},
      {"extensions", "8BITMIME CHUNKING DSN ENHANCEDSTATUSCODES PIPELINING SIZE SMTPUTF8 STARTTLS",
       true, kNow - hours{900}, kNow, 91},
      {"extensions", "8BITMIME DSN PIPELINING SIZE", false, kNow - hours{30}, kNow - hours{2}, 9}};
  page.timeline = {
      {kNow - hours{2}, page.monitor.key, 0, "change", "extensions: no longer STARTTLS"},
      {kNow - hours{70}, page.monitor.key, 398, "closed", "after 7 min"},
      {kNow - hours{70} - minutes{7}, page.monitor.key, 398, "opened", "down"}};
  page.incidents = {closed_facts()};
  return page;
}

MonitorPage down_monitor() {
  MonitorPage page = page_of(line_of(17, watch::State::down));
  page.last = probe_facts(kNow - seconds{42}, Cause::net_timeout);
  page.failure = evidence(page.monitor.key, kFailedRecord);
  page.checks.words = {"names", "dane"};
  page.findings = {{.check = "names 192.0.2.17",
                    .report = {.finding = CheckFinding::rdns_fail,
                               .at = "17.2.0.192.in-addr.arpa",
                               .detail = "old.example.net"},
                    .severity = Severity::error,
                    .since = kNow - hours{5}}};
  page.run = watch::RunKind::exec;
  page.said = {"SMTP CRITICAL - Socket timeout", "time=10.0s;;;0"};
  page.incidents = {prefix_outage()};
  page.timeline = {{kNow - minutes{7}, page.monitor.key, 412, "down", "connect net.timeout"}};
  return page;
}

MonitorPage empty_monitor() {
  MonitorPage page;
  page.now = now_facts();
  return page;
}

IncidentPage open_incident() {
  IncidentPage page;
  page.now = now_facts();
  page.facts = prefix_outage();
  page.all = 400;
  for (int i = 0; i < 100; ++i) page.members.push_back(line_of(i, watch::State::down));
  page.timeline = {
      {kNow - minutes{7}, "", 412, "opened", "down 12 hosts in 192.0.2.0/24"},
      {kNow - minutes{6}, page.members[4].key, 412, "cause", "connect net.unreachable"},
      {kNow - minutes{3}, page.members[9].key, 412, "cause", "connect net.timeout"}};
  page.evidence = {evidence(page.members[17].key, kFailedRecord),
                   evidence(page.members[18].key, kRefusedRecord)};
  page.told = {told("oncall"), told("pager")};
  page.told[0].opening = true;
  page.told[1].tries = 3;
  page.told[1].next = kNow + minutes{2};
  page.told[1].error = "connect to pager.example.net: timed out";
  page.attempts = {
      {kNow - minutes{6}, 412, "oncall", "opening", true, 250, milliseconds{120}, "2.0.0 Ok"},
      {kNow - minutes{6}, 412, "pager", "opening", false, 0, seconds{30}, "timed out"},
      {kNow - minutes{3}, 412, "pager", "opening", false, 503, milliseconds{80}, "overloaded"}};
  return page;
}

IncidentPage closed_incident() {
  IncidentPage page;
  page.now = now_facts();
  page.facts = closed_facts();
  page.all = 1;
  page.members = {line_of(3, watch::State::up)};
  page.timeline = {{kNow - hours{70}, page.members[0].key, 398, "opened", "down greeting silent"},
                   {kNow - hours{69}, page.members[0].key, 398, "closed", "after 41 min"}};
  page.told = {told("oncall"), told("chat")};
  page.told[0].opening = page.told[0].closing = true;
  page.told[1].opening = page.told[1].dead = true;
  page.told[1].error = "404 no such room";
  return page;
}

IncidentPage empty_incident() {
  IncidentPage page;
  page.now = now_facts();
  page.facts.incident.id = 1;
  return page;
}

IncidentList many_incidents() {
  IncidentList list;
  list.now = now_facts();
  list.incidents = {prefix_outage(), acknowledged_greeting(), trouble_facts(), blind_facts()};
  for (std::uint64_t id = 390; id > 362; --id) {
    IncidentFacts facts = closed_facts();
    facts.incident.id = id;
    facts.incident.since -= hours{9 * (398 - static_cast<int>(id))};
    facts.incident.opened = facts.incident.since + seconds{45};
    facts.incident.until = facts.incident.since + minutes{11 + static_cast<int>(id % 50)};
    facts.incident.closed = facts.incident.until;
    list.incidents.push_back(facts);
  }
  list.next = 363;
  return list;
}

IncidentList empty_incidents() { return {.now = now_facts(), .incidents = {}}; }

CertificateList many_certificates() {
  CertificateList list;
  list.now = now_facts();
  list.all = 230;
  for (int i = 0; i < 100; ++i) {
    CertificateLine line;
    const int days = i - 2;
    line.certificate.sha256 = fmt::format("{:064x}", i * 7919 + 17);
    line.certificate.subject = fmt::format("CN=mx{}.example.net", i);
    line.certificate.issuer = "CN=R11,O=Let's Encrypt,C=US";
    line.certificate.not_after = kNow + hours{24 * days + 5};
    line.certificate.not_before = line.certificate.not_after - hours{24 * 90};
    line.expiry = watch::expiry(line.certificate.not_before, line.certificate.not_after, kNow);
    line.hosts = static_cast<std::uint32_t>(1 + i % 9);
    for (int host = 0; host < std::min(5, 1 + i % 9); ++host) {
      line.first_hosts.push_back(line_of(i + host, watch::State::up));
    }
    list.certificates.push_back(line);
  }
  return list;
}

CertificateList empty_certificates() { return {.now = now_facts(), .certificates = {}}; }

MonitorList many_monitors() {
  MonitorList list;
  list.now = now_facts();
  for (int i = 0; i < 50; ++i) {
    list.monitors.push_back(line_of(i, static_cast<watch::State>(i % 4)));
  }
  list.next = list.monitors.back().id;
  return list;
}

History probe_history() {
  History history;
  history.now = now_facts();
  history.monitor = line_of(17, watch::State::down);
  for (int i = 0; i < 60; ++i) {
    history.probes.push_back(
        probe_facts(kNow - minutes{60 - i}, i < 53 ? Cause::none : Cause::net_timeout));
  }
  return history;
}

History hour_history() {
  History history;
  history.now = now_facts();
  history.monitor = line_of(3, watch::State::up);
  for (int i = 0; i < 24; ++i) {
    HistorySpan span;
    span.from = kNow - hours{24 - i};
    span.lasts = hours{1};
    span.outcomes[static_cast<std::size_t>(Outcome::ok)] = 60;
    span.shares.up = hours{1};
    for (Quantiles& lap : span.laps) {
      lap = {milliseconds{10}, milliseconds{12}, milliseconds{31}, 60};
    }
    history.spans.push_back(span);
  }
  history.next = "1795687200";
  return history;
}

Metrics many_metrics() {
  Metrics metrics;
  metrics.now = now_facts();
  for (const auto& [name, monitors, down] :
       {std::tuple{"edge", 2113U, 400U}, std::tuple{"relays", 3U, 0U}}) {
    GroupMetrics group;
    group.name = name;
    group.counts = group_facts(name, monitors, down).counts;
    for (metrics::Buckets& lap : group.laps) {
      for (int ms = 1; ms < 400; ms += 7) lap.add(milliseconds{ms});
    }
    if (down > 0) {
      group.level = Level{.target = 0.999,
                          .window = hours{24 * 30},
                          .budget_left = 0.3,
                          .burn_hour = 12.4,
                          .burn_day = 3.1};
    }
    group.certificates_soon = 17;
    group.certificates_urgent = 2;
    metrics.groups.push_back(group);
    metrics.probes.push_back({name, Outcome::ok, Cause::none, 1'234'567});
    metrics.probes.push_back({name, Outcome::failed, Cause::net_timeout, 2'801});
  }
  metrics.open = {{watch::IncidentKind::down, watch::Severity::critical, 2}};
  metrics.channels = {{"oncall", 41, 2, 0, 0, std::nullopt},
                      {"pager", 3, 9, 1, 1, kNow - minutes{6}}};
  for (int ms = 0; ms < 50; ++ms) metrics.lag.add(microseconds{ms * 70});
  metrics.late = 3;
  metrics.open_probes = 12;
  metrics.waiting_probes = 1;
  metrics.flapping = 4;
  for (int i = 0; i < 5; ++i) {
    MonitorMetrics monitor;
    monitor.line = line_of(i, i == 4 ? watch::State::down : watch::State::up);
    monitor.laps = probe_facts(kNow, i == 4 ? Cause::net_timeout : Cause::none).laps;
    monitor.day = 0.995;
    monitor.month = 0.9999;
    monitor.certificate_end = i == 4 ? WallTime{} : kNow + hours{24 * 40};
    metrics.monitors.push_back(monitor);
  }
  return metrics;
}

}  // namespace mxsweep::view::samples
