// SPDX-License-Identifier: MIT
// Changes of what servers show, and the daily digest of these and of certificates that expire.
#include <algorithm>
#include <utility>

#include "watch/parts.h"

namespace mxsweep::watch {
namespace {

// So that STARTTLS that is lost on a whole network is one message.
constexpr Duration kUrgentWait = std::chrono::minutes{1};
constexpr std::chrono::seconds kDay{24 * 60 * 60};

}  // namespace

void Watch::Parts::take_news(std::vector<FieldChange>& found, const Moment& now) {
  for (FieldChange& change : found) {
    note("change", change.monitor, 0, std::string(to_string(change.field)) + ": " + change.value,
         now);
    if (change.severity != Severity::critical) {
      news.push_back(std::move(change));
      continue;
    }
    urgent.push_back(std::move(change));
    urgent_at = std::min(urgent_at, now.at + kUrgentWait);
  }
}

void Watch::Parts::send_urgent(const Moment& now) {
  urgent_at = kNever;
  if (urgent.empty()) return;
  Notice notice = notice_of(urgent, [this](MonitorId id) { return slots[id].monitor.target; });
  incidents.raise(IncidentKind::change, notice.severity,
                  "changes " + std::to_string(now.wall.time_since_epoch().count()),
                  std::move(notice.title), std::move(notice.text), now);
  urgent.clear();
}

void Watch::Parts::send_digest(const Moment& now) {
  const auto name_of = [this](MonitorId id) { return slots[id].monitor.target; };
  const std::string day = std::to_string(now.wall.time_since_epoch() / kDay);
  const auto expiring = certificates.take_news(now.wall, effects.batch);
  if (!expiring.empty()) {
    Notice notice = notice_of(expiring, name_of, now.wall);
    incidents.raise(IncidentKind::certificate, notice.severity, "certificates " + day,
                    std::move(notice.title), std::move(notice.text), now);
  }
  if (!news.empty()) {
    Notice notice = notice_of(news, name_of);
    incidents.raise(IncidentKind::change, notice.severity, "changes of day " + day,
                    std::move(notice.title), std::move(notice.text), now);
    news.clear();
  }
  digest_sent = now.wall;
  effects.batch.digest_sent = digest_sent;
  set_digest(now);
}

// The next one is due at the configured time of day; at once if that of today was missed.
void Watch::Parts::set_digest(const Moment& now) {
  const auto found = zones.find(settings.time_zone);
  const TimeZone zone = found == zones.end() ? TimeZone{} : found->second;
  const auto local = std::chrono::floor<std::chrono::seconds>(now.wall.time_since_epoch()) +
                     zone.at(now.wall).offset;
  const auto time = std::chrono::duration_cast<std::chrono::seconds>(settings.digest_at);
  const auto today = local / kDay * kDay + time;
  const WallTime at = zone.moment_of(today);
  const bool missed = digest_sent != WallTime{} && digest_sent < at && at <= now.wall;
  if (missed) {
    digest_at = now.at;
  } else {
    digest_at = now.instant_at(at > now.wall ? at : zone.moment_of(today + kDay));
  }
}

}  // namespace mxsweep::watch
