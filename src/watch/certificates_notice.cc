// SPDX-License-Identifier: MIT
// The digest of certificates that expire: a line for each certificate, not for each server.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "mxsweep/watch/certificates.h"
#include "watch/compose_parts.h"
#include "watch/plain_text.h"

namespace mxsweep::watch {
namespace {

constexpr std::size_t kLinesMax = 40;
constexpr std::size_t kNamesShown = 3;
constexpr std::size_t kSubjectShownOctets = 120;

std::string when(WallTime not_after, WallTime now) {
  const std::string day = rfc3339(not_after).substr(0, 10);
  const auto left = not_after - now;
  if (left <= left.zero()) return fmt::format("has expired on {}", day);
  const auto days = std::chrono::floor<std::chrono::days>(left).count();
  if (days == 0) return fmt::format("expires within 24 hours ({})", day);
  return fmt::format("expires in {} ({})", days == 1 ? "1 day" : fmt::format("{} days", days), day);
}

std::string names_of(const std::vector<MonitorId>& monitors,
                     const std::function<std::string(MonitorId)>& name_of) {
  std::string names;
  for (std::size_t i = 0; i < std::min(monitors.size(), kNamesShown); ++i) {
    if (i > 0) names += ", ";
    names += shown(name_of(monitors[i]), kNameShownOctets);
  }
  if (monitors.size() > kNamesShown) {
    names += fmt::format(" and {} more", grouped(monitors.size() - kNamesShown));
  }
  return names;
}

}  // namespace

Notice notice_of(std::span<const Certificates::Expiring> certificates,
                 const std::function<std::string(MonitorId)>& name_of, WallTime now) {
  Notice notice;
  std::size_t hosts = 0;  // A monitor has one certificate.
  std::size_t expired = 0;
  for (const Certificates::Expiring& one : certificates) {
    notice.severity = std::max(notice.severity, severity_of(one.expiry));
    hosts += one.monitors.size();
    if (one.expiry == Expiry::expired) ++expired;
  }
  const std::string on = " on " + counted_grouped(hosts, "host");
  const bool one = certificates.size() == 1;
  notice.title = counted_grouped(certificates.size(), "certificate") + on;
  if (expired == certificates.size()) {
    notice.title += one ? " has expired" : " have expired";
  } else {
    notice.title += one ? " expires within 30 days" : " expire within 30 days";
    if (expired > 0) notice.title += fmt::format(", {} already expired", grouped(expired));
  }
  std::size_t written = 0;
  for (const Certificates::Expiring& line : certificates) {
    if (written++ == kLinesMax) {
      notice.text += fmt::format("... and {} more\n", grouped(certificates.size() - kLinesMax));
      break;
    }
    const std::string subject = shown(line.certificate.subject, kSubjectShownOctets);
    append_wrapped(
        "* ",
        fmt::format("{} {}", subject.empty() ? "a certificate without a subject" : subject,
                    when(line.certificate.not_after, now)),
        notice.text);
    append_wrapped(
        "  ",
        counted_grouped(line.monitors.size(), "host") + ": " + names_of(line.monitors, name_of),
        notice.text);
  }
  return notice;
}

}  // namespace mxsweep::watch
