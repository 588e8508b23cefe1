// SPDX-License-Identifier: MIT
// The subject of a message and its sentences.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "watch/compose_parts.h"
#include "watch/plain_text.h"

namespace mxsweep::watch {
namespace {

const Monitor* first_member(const Subject& subject) {
  for (const MonitorId member : subject.incident.members) {
    if (const Monitor* const monitor = subject.monitor(member)) return monitor;
  }
  return nullptr;
}

std::string_view noun_of(const Subject& subject) {
  const Monitor* const monitor = first_member(subject);
  return monitor != nullptr && !monitor->domain.empty() ? "domain" : "host";
}

// "fleet mx1.example.net:25 192.0.2.1": after the group.
std::string place_of(std::string_view key) {
  key.remove_prefix(std::min(key.find(' ') + 1, key.size()));
  const std::size_t blank = key.rfind(' ');
  if (blank == key.npos) return shown(key, kNameShownOctets);
  return shown(key.substr(0, blank), kNameShownOctets) + " (" +
         shown(key.substr(blank + 1), kNameShownOctets) + ')';
}

constexpr std::size_t kDigestShown = 16;  // Hexadecimal digits: enough to find it.

// "40 networks of group fleet" adds something to "400 hosts"; of "7 servers of group edge" only the
// group does.
std::string several_phrase(const std::string& value) {
  const std::string_view noun =
      std::string_view(value).substr(std::min(value.find(' ') + 1, value.size()));
  const bool adds = !noun.starts_with("servers ") && !noun.starts_with("causes ");
  return adds ? " in " + value : " " + std::string(noun.substr(noun.find(' ') + 1));
}

// What stands behind "400 hosts".
std::string scope_phrase(const Incident& incident) {
  const std::string value = shown(incident.scope_value, kNameShownOctets);
  switch (incident.scope) {
    case ScopeKind::monitor:
    case ScopeKind::everything: return "";
    case ScopeKind::address: return " at " + value;
    case ScopeKind::certificate: return " with the certificate " + value.substr(0, kDigestShown);
    case ScopeKind::mx_set: return " with the MX hosts " + value;
    case ScopeKind::prefix: return " in " + value;
    case ScopeKind::meta: return " with " + value;
    case ScopeKind::mx_operator: return " of " + value;
    case ScopeKind::several: return several_phrase(value);
    case ScopeKind::group: break;
  }
  return " of group " + value;
}

// The words of a kind, in brackets.
struct Tag {
  std::string_view open;
  std::string_view still;   // "[STILL DOWN 3 h, reminder 2]"
  std::string_view closed;  // "[UP after 7 min]"
  std::string_view past;    // "[WAS DOWN 10:02-10:09]"
};
Tag tag_of(IncidentKind kind) {
  switch (kind) {
    case IncidentKind::down: return {"DOWN", "STILL DOWN", "UP", "WAS DOWN"};
    case IncidentKind::degraded:
      return {"DEGRADED", "STILL DEGRADED", "NO LONGER DEGRADED", "WAS DEGRADED"};
    case IncidentKind::flapping:
      return {"FLAPPING", "STILL FLAPPING", "NO LONGER FLAPPING", "WAS FLAPPING"};
    case IncidentKind::unobserved:
      return {"NOT OBSERVED", "STILL NOT OBSERVED", "OBSERVED AGAIN", "WAS NOT OBSERVED"};
    case IncidentKind::check:
      return {"CHECK FAILED", "CHECK STILL FAILED", "CHECK PASSES", "CHECK FAILED"};
    case IncidentKind::blind: return {"BLIND", "STILL BLIND", "NO LONGER BLIND", "WAS BLIND"};
    case IncidentKind::internal:
      return {"MONITOR", "MONITOR, STILL", "MONITOR, OVER", "MONITOR, WAS"};
    case IncidentKind::certificate:
      return {"CERTIFICATES", "CERTIFICATES", "CERTIFICATES", "CERTIFICATES"};
    case IncidentKind::change: return {"CHANGE", "CHANGE", "CHANGE", "CHANGE"};
    case IncidentKind::digest: break;
  }
  return {"DIGEST", "DIGEST", "DIGEST", "DIGEST"};
}

std::string span_text(WallTime from, WallTime until, WallTime now) {
  return short_time(from, now) + '-' + short_time(until, now);
}

std::string bracket(const Incident& incident, MessageKind kind, std::uint32_t reminder,
                    const Moment& now) {
  const Tag tag = tag_of(incident.kind);
  const WallTime end = end_of(incident, now);
  switch (kind) {
    case MessageKind::update:
      return fmt::format("[{}, {}]", tag.open, incident.acknowledged ? "acknowledged" : "update");
    case MessageKind::reminder:
      return fmt::format("[{} {}, reminder {}]", tag.still,
                         span_in_words(now.wall - incident.since), reminder);
    case MessageKind::closing:
      return fmt::format("[{} after {}]", tag.closed, span_in_words(end - incident.since));
    case MessageKind::past:
      return fmt::format("[{} {}]", tag.past, span_text(incident.since, end, now.wall));
    case MessageKind::opening:
    case MessageKind::notice:
    case MessageKind::digest:
    case MessageKind::test: break;
  }
  return fmt::format("[{}]", tag.open);
}

// What has been so since a moment, behind "has been" or "have been".
std::string_view state_phrase(IncidentKind kind) {
  switch (kind) {
    case IncidentKind::degraded: return "degraded";
    case IncidentKind::flapping: return "changing between up and down";
    case IncidentKind::unobserved: return "impossible to observe";
    case IncidentKind::check: return "failing the checks";
    case IncidentKind::down:
    case IncidentKind::blind:
    case IncidentKind::internal:
    case IncidentKind::certificate:
    case IncidentKind::change:
    case IncidentKind::digest: break;
  }
  return "down";
}

bool has_ended(MessageKind kind) {
  return kind == MessageKind::closing || kind == MessageKind::past;
}

bool has_cause(const Incident& incident) {
  return incident.cause != Cause::none &&
         (incident.kind == IncidentKind::down || incident.kind == IncidentKind::degraded);
}

// ": connect timeout", ": spf.multiple", or nothing.
std::string why_of(const Incident& incident) {
  if (incident.kind == IncidentKind::check) return ": " + incident.title;
  return has_cause(incident) ? ": " + problem_of(incident) : std::string();
}

constexpr std::string_view kBlindNow =
    "no server can be observed: the fault is on the monitor's own side";
constexpr std::string_view kBlindThen =
    "no server could be observed: the fault was on the monitor's own side";

// What a subject says beside its tag and its times.
std::string what_of(const Subject& subject, MessageKind kind) {
  const Incident& incident = subject.incident;
  if (incident.kind == IncidentKind::blind) {
    return std::string(has_ended(kind) ? kBlindThen : kBlindNow);
  }
  if (incident.kind == IncidentKind::internal || is_notice(incident.kind)) return incident.title;
  return affected(subject, kind, false) + why_of(incident);
}

}  // namespace

WallTime end_of(const Incident& incident, const Moment& now) {
  if (incident.until != WallTime{}) return incident.until;
  return incident.closed.value_or(now.wall);
}

std::uint32_t count_of(const Incident& incident, MessageKind kind) {
  const auto members = static_cast<std::uint32_t>(incident.members.size());
  return has_ended(kind) || members == 0 ? std::max(incident.members_peak, members) : members;
}

std::string problem_of(const Incident& incident) {
  std::string cause(to_string(incident.cause));
  cause.erase(0, cause.find('.') + 1);
  std::ranges::replace(cause, '_', ' ');
  // What is no conversation has no phase.
  if (incident.phase == Phase::input) return cause;
  return std::string(to_string(incident.phase)) + ' ' + cause;
}

std::string affected(const Subject& subject, MessageKind kind, bool with_watched) {
  const Incident& incident = subject.incident;
  const std::uint32_t count = count_of(incident, kind);
  if (incident.scope == ScopeKind::monitor) return place_of(incident.scope_value);
  const bool of_more = with_watched && incident.watched > count;
  const std::string hosts = counted_grouped(of_more ? incident.watched : count, noun_of(subject));
  return (of_more ? grouped(count) + " of " + hosts : hosts) + scope_phrase(incident);
}

std::string headline(const Subject& subject) {
  const MessageKind kind = subject.incident.open() ? MessageKind::opening : MessageKind::closing;
  return shown(what_of(subject, kind), kSubjectOctetsMax);
}

std::string public_headline(const Incident& incident, std::span<const std::string> groups,
                            bool domains) {
  switch (incident.kind) {
    case IncidentKind::blind:
      return incident.open() ? std::string(kBlindNow) : std::string(kBlindThen);
    case IncidentKind::internal: {
      if (!incident.about_level()) return "the monitor itself has a problem";
      const std::string group = incident.scope_value.substr(kLevelKey.size());
      return "group " + shown(group, kNameShownOctets) + " uses up its error budget too fast";
    }
    case IncidentKind::certificate: return "certificates expire";
    case IncidentKind::change: return "servers show something else than before";
    case IncidentKind::digest: return "several messages in one";
    case IncidentKind::down:
    case IncidentKind::degraded:
    case IncidentKind::flapping:
    case IncidentKind::unobserved:
    case IncidentKind::check: break;
  }
  const MessageKind kind = incident.open() ? MessageKind::opening : MessageKind::closing;
  const std::uint32_t count = std::max(count_of(incident, kind), 1U);
  std::string line = counted_grouped(count, domains ? "domain" : "host");
  if (groups.size() == 1) line += " of group " + groups.front();
  if (groups.size() > 1) line += " of several groups";
  line += incident.kind == IncidentKind::check ? ": failing the checks" : why_of(incident);
  return shown(line, kSubjectOctetsMax);
}

std::string subject_line(const Subject& subject, MessageKind kind, std::uint32_t reminder,
                         const Moment& now) {
  const Incident& incident = subject.incident;
  std::string line = bracket(incident, kind, reminder, now) + ' ' + what_of(subject, kind);
  const bool has_times = incident.kind != IncidentKind::internal && !is_notice(incident.kind);
  if (!has_times || kind == MessageKind::past) return shown(line, kSubjectOctetsMax);
  line += " (";
  if (kind == MessageKind::closing) {
    line += span_text(incident.since, end_of(incident, now), now.wall) + " UTC";
  } else {
    line += "since " + short_time(incident.since, now.wall) + " UTC";
    if (has_cause(incident) && incident.percent < 100) {
      line += fmt::format(", {} %", incident.percent);
    }
  }
  return shown(line + ')', kSubjectOctetsMax);
}

std::string sentence_of(const Subject& subject, MessageKind kind, const Moment& now) {
  const Incident& incident = subject.incident;
  const WallTime end = end_of(incident, now);
  const std::string span =
      fmt::format("from {} to {} UTC ({})", short_time(incident.since, now.wall),
                  short_time(end, now.wall), span_in_words(end - incident.since));
  const std::string since = fmt::format("since {} UTC", short_time(incident.since, now.wall));
  if (incident.kind == IncidentKind::internal || is_notice(incident.kind)) {
    const std::string title = shown(incident.title, kSummaryOctetsMax);
    return has_ended(kind) ? title + ", " + span : title;
  }
  if (incident.kind == IncidentKind::blind) {
    return has_ended(kind) ? "No server could be observed " + span
                           : "No server has been observable " + since;
  }
  const bool one = incident.scope == ScopeKind::monitor || count_of(incident, kind) == 1;
  // Before the end it is of interest how many are well.
  std::string sentence = affected(subject, kind, !has_ended(kind));
  if (has_ended(kind)) {
    sentence += fmt::format(" {} {} {}", one ? "was" : "were", state_phrase(incident.kind), span);
  } else {
    sentence +=
        fmt::format(" {} been {} {}", one ? "has" : "have", state_phrase(incident.kind), since);
  }
  return sentence + why_of(incident);
}

std::vector<std::string> first_members(const Subject& subject) {
  std::vector<std::string> names;
  for (const MonitorId member : subject.incident.members) {
    if (names.size() == kTargetsShown) break;
    const Monitor* const monitor = subject.monitor(member);
    if (monitor == nullptr) continue;
    std::string name = shown(monitor->target, kNameShownOctets);
    std::string details;
    const auto add = [&](const std::string& detail) {
      if (detail.empty() || detail == name) return;
      details += details.empty() ? detail : ", " + detail;
    };
    add(shown(monitor->host, kNameShownOctets));
    if (monitor->address.family != Family::none) add(to_string(monitor->address));
    if (monitor->port != 25 && monitor->port != 0 && monitor->domain.empty()) {
      add("port " + std::to_string(monitor->port));
    }
    if (!details.empty()) name += " (" + details + ')';
    names.push_back(std::move(name));
  }
  if (!names.empty()) return names;
  // They have recovered: those of which there is evidence.
  std::set<std::string_view> seen;
  for (const EvidenceRow& row : subject.evidence) {
    if (names.size() == kTargetsShown) break;
    if (seen.insert(row.monitor).second) names.push_back(place_of(row.monitor));
  }
  return names;
}

std::string group_of(const Subject& subject) {
  const Incident& incident = subject.incident;
  std::set<std::string, std::less<>> groups;
  for (const MonitorId member : incident.members) {
    const Monitor* const monitor = subject.monitor(member);
    if (monitor == nullptr || monitor->group >= subject.settings.groups.size()) continue;
    groups.insert(subject.settings.groups[monitor->group].name);
    if (groups.size() > 1) return "several groups";
  }
  if (!groups.empty()) return shown(*groups.begin(), kNameShownOctets);
  std::string_view key;
  if (!subject.evidence.empty()) key = subject.evidence.front().monitor;
  if (incident.scope == ScopeKind::monitor) key = incident.scope_value;
  if (incident.scope == ScopeKind::group) return shown(incident.scope_value, kNameShownOctets);
  return shown(key.substr(0, key.find(' ')), kNameShownOctets);
}

}  // namespace mxsweep::watch
