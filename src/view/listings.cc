// SPDX-License-Identifier: MIT
// Lists with cursors: monitors, incidents, certificates.
#include <algorithm>
#include <utility>

#include "view/parts.h"

namespace mxsweep::view {

MonitorList Board::monitors(const MonitorFilter& filter, std::uint32_t most,
                            const watch::Moment& now) const {
  Parts& parts = *parts_;
  parts.follow(now);
  MonitorList list;
  list.now = parts.now_facts(now);
  std::optional<watch::GroupNumber> group;
  if (filter.group) {
    group = parts.group_named(*filter.group);
    if (!group) return list;
  }
  const std::optional<std::uint64_t> after = hash_from(filter.after);
  using Place = std::pair<std::uint64_t, watch::MonitorId>;
  std::vector<Place> found;
  for (watch::MonitorId id = 0; id < parts.ids.end(); ++id) {
    const Look& look = parts.ids.look(id);
    if (!look.known || (after && look.hash <= *after) || (group && look.group != *group) ||
        (filter.state && look.state != *filter.state) || !parts.watch.used(id)) {
      continue;
    }
    found.emplace_back(look.hash, id);
  }
  const auto wanted =
      static_cast<std::ptrdiff_t>(std::min<std::size_t>(found.size(), rows_of(most)));
  std::partial_sort(found.begin(), found.begin() + wanted, found.end());
  const bool more = static_cast<std::size_t>(wanted) < found.size();
  found.resize(static_cast<std::size_t>(wanted));
  for (const auto& [hash, id] : found) list.monitors.push_back(parts.line_of(id));
  if (more && !found.empty()) list.next = hexadecimal(found.back().first);
  return list;
}

IncidentList Board::incidents(const IncidentFilter& filter, std::uint32_t most,
                              const watch::Moment& now) const {
  Parts& parts = *parts_;
  parts.follow(now);
  IncidentList list;
  list.now = parts.now_facts(now);
  const watch::IncidentId below = filter.below == 0 ? UINT64_MAX : filter.below;
  const std::uint32_t wanted = rows_of(most);
  parts.archive.each(below, [&](watch::IncidentId id, const Kept& kept) {
    if (kept.incident.id == 0) return true;  // Its row has not come.
    const watch::Incident* const live = parts.watch.incident(id);
    const bool open = live != nullptr && live->open();
    if (filter.open && *filter.open != open) return true;
    if (list.incidents.size() == wanted) {
      if (wanted > 0) list.next = list.incidents.back().incident.id;
      return false;
    }
    list.incidents.push_back(open ? parts.facts_of(*live) : parts.facts_of(kept));
    return true;
  });
  return list;
}

CertificateList Board::certificates(std::uint32_t first, std::uint32_t most,
                                    const watch::Moment& now) const {
  Parts& parts = *parts_;
  parts.follow(now);
  CertificateList list;
  list.now = parts.now_facts(now);
  watch::Certificates::Page page =
      parts.watch.certificates().by_end(first, rows_of(most), kCertificateHostsShown, now.wall);
  list.all = page.all;
  list.first = std::min(first, page.all);
  for (watch::Certificates::Shown& shown : page.rows) {
    CertificateLine& line = list.certificates.emplace_back();
    line.certificate = std::move(shown.certificate);
    line.expiry = shown.expiry;
    line.hosts = shown.hosts;
    for (const watch::MonitorId id : shown.first_hosts) {
      if (parts.ids.knows(id) && parts.watch.used(id)) {
        line.first_hosts.push_back(parts.line_of(id));
      }
    }
  }
  return list;
}

}  // namespace mxsweep::view
