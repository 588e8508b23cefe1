// SPDX-License-Identifier: MIT
#include "mxsweep/watch/compose.h"

#include <fmt/format.h>

#include <algorithm>

#include "mxsweep/core/cause.h"
#include "mxsweep/core/utf8.h"
#include "mxsweep/tls/signed_link.h"
#include "watch/compose_parts.h"
#include "watch/plain_text.h"

namespace mxsweep::watch {
namespace {

constexpr std::size_t kTextOctetsMax = 8 * 1024;
constexpr std::size_t kNoteOctetsMax = 500;
constexpr std::size_t kLinkOctetsMax = 500;
constexpr std::size_t kDigestLinesMax = 50;
constexpr std::chrono::hours kLinkLasts{7 * 24};

// A line of facts: the label, then the text beside it.
void append_fact(std::string_view label, std::string_view text, std::string& body) {
  append_wrapped(fmt::format("{:<13}", label), text, body);
}

// "Correct the list." of "correct the `list`".
std::string sentence(std::string_view text) {
  std::string out = without_backticks(text);
  if (!out.empty() && out.front() >= 'a' && out.front() <= 'z' &&
      !(out.size() > 1 && (out[1] == '.' || out[1] == '/'))) {
    out.front() = static_cast<char>(out.front() - 'a' + 'A');
  }
  if (!out.empty() && out.back() != '.') out += '.';
  return out;
}

// Lines that fit remain as they are: lists are indented.
void append_text(std::string_view text, std::string& body) {
  const std::string lines = shown_lines(text, kTextOctetsMax);
  for (std::string_view rest = lines; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (count_characters(line) > kColumnsMax) {
      append_wrapped("", line, body);
    } else {
      body.append(line) += '\n';
    }
  }
}

const TimeZone* zone_of(const Subject& subject, const Channel& channel) {
  if (channel.time_zone.empty() || channel.time_zone == "UTC") return nullptr;
  const auto zone = subject.zones.find(channel.time_zone);
  return zone == subject.zones.end() ? nullptr : &zone->second;
}

std::string certainty(const Subject& subject, MessageKind kind) {
  const Incident& incident = subject.incident;
  const bool many = count_of(incident, kind) > 1;
  std::string text;
  for (const MonitorId member : incident.members) {
    const Monitor* const monitor = subject.monitor(member);
    if (monitor == nullptr || monitor->group >= subject.settings.groups.size()) continue;
    const Confirmation& rules = subject.settings.groups[monitor->group].confirmation;
    const unsigned in_a_row =
        incident.kind == IncidentKind::degraded ? rules.degraded_after : rules.down_after;
    if (in_a_row > 1) text = fmt::format("{} results in a row{}", in_a_row, many ? " of each" : "");
    break;
  }
  if (many && incident.percent < 100) {
    if (!text.empty()) text += "; ";
    text += fmt::format("{} % of them have this problem, the others another one", incident.percent);
  }
  return text;
}

bool is_of_monitors(const Incident& incident) { return incident.kind <= IncidentKind::check; }

void append_cause(const Subject& subject, MessageKind kind, bool is_resolved, std::string& body) {
  const Incident& incident = subject.incident;
  if (!is_of_monitors(incident) || incident.cause == Cause::none) return;
  const CauseRow& row = cause_rows()[static_cast<std::size_t>(incident.cause)];
  append_fact("Problem", fmt::format("{} ({}): {}", problem_of(incident), row.word, row.sentence),
              body);
  append_fact("Whose side", row.side, body);
  const std::string sure = is_resolved ? "" : certainty(subject, kind);
  if (!sure.empty()) append_fact("How sure", sure, body);
}

void append_facts(const Subject& subject, const Message& message, const TimeZone* zone,
                  const Moment& now, std::string& body) {
  const Incident& incident = subject.incident;
  if (is_notice(incident.kind)) return;
  body += '\n';
  append_fact("Since", full_time(incident.since, zone), body);
  if (message.resolved) {
    const WallTime end = end_of(incident, now);
    append_fact("Until", full_time(end, zone), body);
    append_fact("Lasted", span_in_words(end - incident.since), body);
  }
  append_cause(subject, message.kind, message.resolved, body);
  if (is_of_monitors(incident) && !incident.text.empty()) {
    const bool has_cause = incident.cause != Cause::none;
    append_fact(has_cause ? "Controls" : "Details", shown(incident.text, kNoteOctetsMax), body);
  }
  if (!message.resolved && is_of_monitors(incident) && incident.cause != Cause::none) {
    const CauseRow& row = cause_rows()[static_cast<std::size_t>(incident.cause)];
    append_fact("What to do", sentence(row.advice), body);
  }
  if (incident.acknowledged && !message.resolved) {
    const Acknowledgement& acknowledged = *incident.acknowledged;
    std::string text = fmt::format("by {} until {}", shown(acknowledged.by, kNameShownOctets),
                                   full_time(acknowledged.until, zone));
    if (!acknowledged.note.empty()) text += ": " + shown(acknowledged.note, kNoteOctetsMax);
    append_fact("Acknowledged", text, body);
  }
  if (!message.link.empty()) append_fact("More", message.link, body);
  if (message.acknowledge_link.empty()) return;
  // In a line of its own, however long it is: a link that is cut leads nowhere.
  body += "To acknowledge, within a week:\n" + message.acknowledge_link + '\n';
}

void append_members(const Message& message, std::string& body) {
  if (message.targets.empty() || message.members <= 1) return;
  body += '\n';
  if (message.targets.size() == message.members) {
    body += "These are:\n";
  } else if (message.kind == MessageKind::closing || message.kind == MessageKind::past) {
    body += "Among them:\n";  // Those with evidence: members leave an incident as they recover.
  } else {
    body += fmt::format("The first {} of {}:\n", message.targets.size(), grouped(message.members));
  }
  for (const std::string& target : message.targets) append_wrapped("  ", target, body);
}

std::string body_of(const Subject& subject, const Message& message, const TimeZone* zone,
                    const Moment& now) {
  const Incident& incident = subject.incident;
  std::string body;
  append_wrapped("", message.summary + '.', body);
  if (!is_of_monitors(incident) && !incident.text.empty()) {
    body += '\n';
    append_text(incident.text, body);
  }
  append_facts(subject, message, zone, now, body);
  if (is_of_monitors(incident)) append_members(message, body);
  if (const std::string found = findings_text(subject); !found.empty()) {
    body += "\nWhat was found:\n";
    body += found;
  }
  if (!message.evidence.empty()) {
    body += "\nWhat was received:\n\n";
    body += message.evidence;
  }
  if (body.size() > kBodyOctetsMax) {
    body.resize(kBodyOctetsMax - 4);
    body.resize(body.rfind('\n') + 1);
    body += "...\n";
  }
  return body;
}

std::string identity_of(const Incident& incident, MessageKind kind, std::uint32_t reminder) {
  std::string identity = fmt::format("{}.{}.{}", incident.id, incident.revision, to_string(kind));
  if (kind == MessageKind::reminder) identity += fmt::format(".{}", reminder);
  return identity;
}

std::string link_of(const Subject& subject) {
  std::string_view begin = subject.settings.status_url;
  if (begin.empty()) return {};
  while (begin.ends_with('/')) begin.remove_suffix(1);
  return fmt::format("{}/incident/{}", shown(begin, kLinkOctetsMax), subject.incident.id);
}

// A link to a form: programs that look at each link of a mail acknowledge nothing.
std::string acknowledge_link_of(const Subject& subject, const Message& message, const Moment& now) {
  const Incident& incident = subject.incident;
  const Secret& key = subject.settings.link_key;
  if (message.link.empty() || message.resolved || key.empty()) return {};
  if (is_notice(incident.kind) || incident.acknowledged) return {};
  const std::string path = fmt::format("/incident/{}/acknowledge", incident.id);
  return fmt::format("{}/acknowledge?{}", message.link,
                     tls::signed_query(path, now.wall + kLinkLasts, key.reveal()));
}

}  // namespace

Message compose(const Subject& subject, MessageKind kind, std::uint32_t reminder,
                const Channel& channel, const Moment& now) {
  const Incident& incident = subject.incident;
  Message message;
  message.kind = kind;
  message.incident = incident.id;
  message.revision = incident.revision;
  message.identity = identity_of(incident, kind, reminder);
  message.thread = std::to_string(incident.id);
  message.severity = incident.severity;
  message.resolved = kind == MessageKind::closing || kind == MessageKind::past;
  message.subject = subject_line(subject, kind, reminder, now);
  message.summary = shown(sentence_of(subject, kind, now), kSummaryOctetsMax);
  message.scope = incident.scope == ScopeKind::monitor
                      ? affected(subject, kind, false)
                      : shown(incident.scope_value, kNameShownOctets);
  message.since = rfc3339(incident.since);
  if (message.resolved) message.until = rfc3339(end_of(incident, now));
  message.link = link_of(subject);
  message.acknowledge_link = acknowledge_link_of(subject, message, now);
  if (is_of_monitors(incident)) {
    message.group = group_of(subject);
    if (incident.cause != Cause::none) {
      message.cause = to_string(incident.cause);
      message.phase = to_string(incident.phase);
    }
    if (incident.kind == IncidentKind::check) message.cause = incident.title;
    message.evidence = transcript_of(subject.evidence);
    message.members = count_of(incident, kind);
    message.targets = first_members(subject);
  }
  message.body = body_of(subject, message, zone_of(subject, channel), now);
  message.json = incident_json(subject, &message);
  return message;
}

Message compose_digest(std::span<const Message> messages, const Channel& channel,
                       const Moment& now) {
  Message digest;
  digest.kind = MessageKind::digest;
  digest.severity = Severity::info;
  digest.resolved = !messages.empty();
  digest.since = rfc3339(now.wall);
  for (const Message& message : messages) {
    digest.severity = std::max(digest.severity, message.severity);
    digest.resolved = digest.resolved && message.resolved;
    digest.members += message.members;
  }
  const std::string_view last = messages.empty() ? "0" : std::string_view(messages.back().identity);
  digest.identity = fmt::format("digest.{}.{}", messages.size(), last);
  digest.thread = "digest";
  digest.subject = shown(fmt::format("[DIGEST] {} held back by the hourly limit of channel {}",
                                     counted_grouped(messages.size(), "message"), channel.name),
                         kSubjectOctetsMax);
  digest.summary = fmt::format("{} in one, because the channel has reached its limit of {} an hour",
                               counted_grouped(messages.size(), "message"), channel.max_per_hour);
  append_wrapped("", digest.summary + '.', digest.body);
  digest.body += '\n';
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (i == kDigestLinesMax) {
      digest.body += fmt::format("... and {} more\n", grouped(messages.size() - i));
      break;
    }
    append_wrapped("* ", messages[i].subject, digest.body);
  }
  digest.json = digest_json(messages, digest);
  return digest;
}

Message compose_test(const Channel& channel, const Moment& now) {
  Message message;
  message.kind = MessageKind::test;
  message.severity = Severity::info;
  message.since = rfc3339(now.wall);
  message.identity = fmt::format("test.{}", now.wall.time_since_epoch().count());
  message.thread = message.identity;
  message.subject =
      shown(fmt::format("[TEST] mxsweep reaches channel {}", channel.name), kSubjectOctetsMax);
  message.summary = "This is a test: no server is concerned";
  append_wrapped("", message.summary + '.', message.body);
  message.body += '\n';
  append_fact("Channel", shown(channel.name, kNameShownOctets), message.body);
  append_fact("Sent", full_time(now.wall, nullptr), message.body);
  message.json = plain_json(message);
  return message;
}

}  // namespace mxsweep::watch
