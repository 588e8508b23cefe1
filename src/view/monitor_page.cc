// SPDX-License-Identifier: MIT
// The page of a monitor, and its latest results.
#include <algorithm>
#include <bit>
#include <charconv>
#include <vector>

#include "mxsweep/watch/certificates.h"
#include "mxsweep/watch/changes.h"
#include "view/parts.h"

namespace mxsweep::view {
namespace {

using std::chrono::seconds;

Duration at(const std::vector<Duration>& sorted, std::size_t percent) {
  return sorted[(sorted.size() - 1) * percent / 100];
}

Quantiles quantiles_of(std::vector<Duration>& values) {
  if (values.empty()) return {};
  std::ranges::sort(values);
  return {.p10 = at(values, 10),
          .p50 = at(values, 50),
          .p90 = at(values, 90),
          .count = static_cast<std::uint32_t>(values.size())};
}

// The values of one band.
struct Gathered {
  std::array<std::vector<Duration>, kLaps> laps;
  std::uint32_t failed = 0;

  void add(const ProbeFacts& probe) {
    if (probe.outcome == Outcome::failed) ++failed;
    const bool whole = probe.outcome == Outcome::ok || probe.outcome == Outcome::degraded;
    for (std::size_t i = 0; i < kLaps; ++i) {
      if (probe.laps[i] <= Duration::zero()) continue;
      // The total of a conversation that failed says how long we have waited.
      if (i == static_cast<std::size_t>(Lap::total) && !whole) continue;
      laps[i].push_back(probe.laps[i]);
    }
  }
};

// Results are equally long spans apart, at least the interval, so that most bands have one.
std::vector<Band> bands_of(const Recent& recent, watch::MonitorId id, Duration interval) {
  std::vector<Band> bands;
  const std::size_t count = recent.size(id);
  if (count == 0) return bands;
  WallTime oldest = at_of(recent.entry(id, 0));
  WallTime newest = oldest;
  for (std::size_t i = 1; i < count; ++i) {
    oldest = std::min(oldest, at_of(recent.entry(id, i)));
    newest = std::max(newest, at_of(recent.entry(id, i)));
  }
  const auto range = std::chrono::duration_cast<seconds>(newest - oldest) + seconds{1};
  const auto most = static_cast<std::int64_t>(kBandsMost);
  const seconds lasts = std::max(
      {(range + seconds{most - 1}) / most, std::chrono::ceil<seconds>(interval), seconds{1}});
  std::vector<Gathered> gathered(static_cast<std::size_t>((range + lasts - seconds{1}) / lasts));
  for (std::size_t i = 0; i < count; ++i) {
    const Entry& entry = recent.entry(id, i);
    gathered[static_cast<std::size_t>((at_of(entry) - oldest) / lasts)].add(unpack(entry));
  }
  for (std::size_t i = 0; i < gathered.size(); ++i) {
    Band& band = bands.emplace_back();
    band.from = oldest + static_cast<std::int64_t>(i) * lasts;
    band.lasts = lasts;
    band.failed = gathered[i].failed;
    for (std::size_t lap = 0; lap < kLaps; ++lap) {
      band.laps[lap] = quantiles_of(gathered[i].laps[lap]);
    }
  }
  return bands;
}

bool needs_tls(watch::Field field) {
  return field == watch::Field::tls || field == watch::Field::certificate ||
         field == watch::Field::issuer;
}

}  // namespace

void Board::Parts::show_certificate(watch::MonitorId id, MonitorPage& page) const {
  const auto certificate = watch.certificates().of(id);
  if (!certificate) return;
  page.path = paths.find(certificate->sha256);
  page.verified = paths.is_trusted(certificate->sha256);
  page.path_end = certificate->not_after;  // The ledger has that of the whole path.
  if (page.path.empty()) {
    // Of a handshake before this process, or of one among thousands: what the ledger has.
    page.path.push_back({.subject = certificate->subject,
                         .issuer = certificate->issuer,
                         .not_before = certificate->not_before,
                         .not_after = certificate->not_after,
                         .key = {}});
  }
  const watch::Monitor& monitor = watch.monitor(id);
  page.server_name = !monitor.host.empty()     ? monitor.host
                     : !monitor.domain.empty() ? monitor.domain
                                               : monitor.target;
}

void Board::Parts::show_fields(watch::MonitorId id, MonitorPage& page) const {
  const watch::Group& group = watch.settings().groups[watch.monitor(id).group];
  const WallTime last = page.monitor.last;
  watch.changes().each(id, [&](const watch::Changes::Shown& shown) {
    const Duration every =
        needs_tls(shown.field) ? std::max(group.interval, group.tls_every) : group.interval;
    // The latest sighting lies so many probes back.
    const auto back =
        std::chrono::duration_cast<std::chrono::microseconds>(every * std::countr_zero(shown.seen));
    page.fields.push_back({.field = std::string(to_string(shown.field)),
                           .value = std::string(shown.value),
                           .adopted = shown.adopted,
                           .first = shown.first,
                           .last = std::max(shown.first, last - back),
                           .percent = shown.percent});
    if (shown.field == watch::Field::tls && page.tls.empty()) page.tls = shown.value;
  });
}

void Board::Parts::show_incidents(watch::MonitorId id, MonitorPage& page) const {
  const std::string& key = watch.monitor(id).key;
  archive.each(UINT64_MAX, [&](watch::IncidentId number, const Kept& kept) {
    const watch::Incident* const live = watch.incident(number);
    const bool open = live != nullptr && live->open();
    const bool member =
        std::ranges::binary_search(kept.members, id) || (open && number == page.monitor.incident);
    if (!member) return true;
    page.incidents.push_back(open ? facts_of(*live) : facts_of(kept));
    for (const watch::EvidenceRow& row : kept.evidence) {
      if (row.monitor == key && (!page.failure || row.at > page.failure->at)) {
        page.failure = row;
      }
    }
    return page.incidents.size() < kMonitorIncidentsShown;
  });
}

std::optional<MonitorPage> Board::monitor(std::string_view name, const watch::Moment& now) const {
  Parts& parts = *parts_;
  parts.follow(now);
  const std::optional<watch::MonitorId> found = find(name);
  if (!found || !parts.ids.knows(*found)) return std::nullopt;
  const watch::MonitorId id = *found;
  const watch::Monitor& monitor = parts.watch.monitor(id);
  const watch::Group& group = parts.watch.settings().groups[monitor.group];
  MonitorPage page;
  page.now = parts.now_facts(now);
  page.monitor = parts.line_of(id);
  page.meta = monitor.meta;
  page.interval = group.interval;
  if (const Entry* const latest = parts.recent.latest(id)) page.last = unpack(*latest);
  page.bands = bands_of(parts.recent, id, group.interval);
  page.days = parts.days_of(id, now);
  page.day = uptime_of_24_hours(page.days, now.wall);
  page.month = uptime_of_days(page.days, kFewDays);
  if (parts.days.kept() == kDays) page.quarter = uptime_of_days(page.days, kDays);

  parts.show_certificate(id, page);
  parts.show_fields(id, page);
  page.checks = group.checks;
  page.findings = parts.watch.slow_checks().open(id);
  if (group.run) page.run = group.run->kind;
  if (const auto said = parts.said.find(id); said != parts.said.end()) page.said = said->second;
  page.timeline = parts.archive.changes_of(monitor.key, kMonitorTimelineShown);
  parts.show_incidents(id, page);
  return page;
}

std::optional<History> Board::history(std::string_view name, WallTime from, std::uint32_t most,
                                      const watch::Moment& now) const {
  Parts& parts = *parts_;
  parts.follow(now);
  const std::optional<watch::MonitorId> found = find(name);
  if (!found || !parts.ids.knows(*found)) return std::nullopt;
  History history;
  history.now = parts.now_facts(now);
  history.monitor = parts.line_of(*found);
  for (std::size_t i = 0; i < parts.recent.size(*found); ++i) {
    const Entry& entry = parts.recent.entry(*found, i);
    if (at_of(entry) < from) continue;
    if (history.probes.size() == rows_of(most)) {
      history.next = std::to_string(at_of(entry).time_since_epoch().count());
      break;
    }
    history.probes.push_back(unpack(entry));
  }
  return history;
}

}  // namespace mxsweep::view
