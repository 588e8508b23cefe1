// SPDX-License-Identifier: MIT
// What was received, from the record of a failed probe, for people to read.
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>

#include "watch/compose_parts.h"
#include "watch/plain_text.h"

namespace mxsweep::watch {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kLinesShown = 12;        // Of one reply.
constexpr std::size_t kLineShownOctets = 600;  // Of each.
constexpr std::string_view kIndent = "           ";

std::string_view text_at(const element& root, std::string_view pointer) {
  std::string_view text;
  return root.at_pointer(pointer).get(text) == SUCCESS ? text : std::string_view();
}

std::string number_at(const element& root, std::string_view pointer) {
  std::int64_t number = 0;
  return root.at_pointer(pointer).get(number) == SUCCESS ? std::to_string(number) : std::string();
}

// Of a reply: SMTP's code, or the status of the others.
std::string code_at(const element& root, const std::string& place) {
  std::string code = number_at(root, place + "/code");
  return code.empty() ? std::string(text_at(root, place + "/status")) : code;
}

std::string join(std::string_view a, std::string_view b) {
  std::string both(a);
  if (!a.empty() && !b.empty()) both += ' ';
  return both += b;
}

void append_reply_line(std::string_view code, std::string_view text, std::string& out) {
  append_literal(kIndent, join(code, shown(text, kLineShownOctets)), out);
}

// The lines of a greeting or a reply.
void append_texts(const element& root, const std::string& place, std::string& out) {
  array lines;
  if (root.at_pointer(place + "/text").get(lines) != SUCCESS) return;
  const std::string code = code_at(root, place);
  std::size_t written = 0;
  for (const element line : lines) {
    std::string_view text;
    if (line.get(text) != SUCCESS) continue;
    if (written++ == kLinesShown) {
      append_wrapped(kIndent, fmt::format("... {} lines in all", lines.size()), out);
      return;
    }
    append_reply_line(code, text, out);
  }
}

void append_ehlo(const element& root, const std::string& place, std::string& out) {
  object extensions;
  const std::string code = number_at(root, place + "/code");
  if (root.at_pointer(place + "/extensions").get(extensions) != SUCCESS) return;
  // IMAP and POP3 have none.
  const std::string_view host = text_at(root, place + "/host");
  if (!host.empty()) append_reply_line(code, host, out);
  std::size_t written = 0;
  for (const auto field : extensions) {
    if (written++ == kLinesShown) {
      append_wrapped(kIndent, fmt::format("... {} extensions in all", extensions.size()), out);
      return;
    }
    std::string_view parameters;
    if (field.value.get(parameters) != SUCCESS) parameters = {};
    append_reply_line(code, join(field.key, parameters), out);
  }
}

std::string starttls_of(const element& root) {
  const std::string_view offered = text_at(root, "/starttls/offered");
  const std::string code = code_at(root, "/starttls");
  std::string text = offered.empty() ? "" : fmt::format("offered: {}", offered);
  return code.empty() ? text : text + (text.empty() ? "" : ", ") + "reply " + code;
}

std::string tls_of(const element& root) {
  std::string text = join(text_at(root, "/tls/version"), text_at(root, "/tls/cipher"));
  const std::string_view alert = text_at(root, "/tls/alert");
  if (!alert.empty()) text = join(text, fmt::format("alert: {}", shown(alert, kNameShownOctets)));
  const std::string_view error = text_at(root, "/tls/verify_error");
  bool verified = false;
  if (!error.empty()) {
    text = join(text, error);
  } else if (root.at_pointer("/tls/verified").get(verified) == SUCCESS && verified) {
    text = join(text, "verified");
  }
  return text;
}

void append_certificate(const element& root, std::string& out) {
  const std::string_view subject = text_at(root, "/tls/chain/0/subject");
  if (subject.empty()) return;
  std::string text = "certificate: " + shown(subject, kLineShownOctets);
  std::int64_t days = 0;
  if (root.at_pointer("/tls/days_left").get(days) == SUCCESS) {
    text += fmt::format(", {} days left", days);
  }
  append_literal(kIndent, text, out);
}

// A phase: its name, its time, and what was received in it.
void append_phase(const element& root, Phase phase, std::string& out) {
  const std::string name(to_string(phase));
  std::string note;
  if (phase == Phase::ehlo || phase == Phase::ehlo_tls) note = text_at(root, '/' + name + "/verb");
  if (phase == Phase::starttls) note = starttls_of(root);
  if (phase == Phase::tls) note = tls_of(root);
  double ms = 0;
  const bool timed = root.at_pointer("/ms/" + name).get(ms) == SUCCESS;
  if (!timed && note.empty() && root.at_pointer('/' + name).error() != SUCCESS) return;
  std::string first = fmt::format("{:<9}  ", name);
  append_literal(
      first, join(timed ? fmt::format("{:.1f} ms", ms) : "", shown(note, kLineShownOctets)), out);
  if (phase == Phase::greeting) append_texts(root, "/greeting", out);
  if (phase == Phase::ehlo || phase == Phase::ehlo_tls) append_ehlo(root, '/' + name, out);
  if (phase == Phase::tls) append_certificate(root, out);
}

void append_ending(const element& root, std::string& out) {
  const std::string_view error = text_at(root, "/errno");
  const std::string_view phase = text_at(root, "/phase");
  std::string text(text_at(root, "/cause"));
  // What is no conversation has no phase.
  if (phase != to_string(Phase::input))
    text = fmt::format("ended in the phase {}: {}", phase, text);
  if (!error.empty()) text += fmt::format(" ({})", error);
  append_wrapped("", shown(text, kLineShownOctets), out);
  // A refusal in the greeting was shown there.
  if (phase != "greeting") append_texts(root, "/reply", out);
}

bool append_record(const EvidenceRow& row, std::string& out) {
  simdjson::dom::parser parser;
  element root;
  if (row.record.size() > kRecordOctetsMax || parser.parse(row.record).get(root) != SUCCESS ||
      !root.is_object()) {
    return false;
  }
  std::string place(text_at(root, "/target"));
  const std::string_view ip = text_at(root, "/ip");
  if (ip != place) place = join(place, ip);
  const std::string port = number_at(root, "/port");
  if (!port.empty()) place = join(place, "port " + port);
  append_wrapped("", shown(place, 2 * kNameShownOctets) + ", " + full_time(row.at, nullptr), out);
  for (auto phase = static_cast<std::size_t>(Phase::dns); phase < kPhaseCount; ++phase) {
    append_phase(root, static_cast<Phase>(phase), out);
  }
  append_ending(root, out);
  return true;
}

}  // namespace

std::string transcript_of(std::span<const EvidenceRow> evidence) {
  std::string out;
  std::size_t written = 0;
  for (const EvidenceRow& row : evidence) {
    if (written == kEvidenceShown) break;
    std::string one;
    if (!append_record(row, one)) continue;
    // Whole ones, but at least a part of the first.
    if (written > 0 && out.size() + 1 + one.size() > kEvidenceOctetsMax) break;
    if (written++ > 0) out += '\n';
    out += one;
  }
  if (out.size() <= kEvidenceOctetsMax) return out;
  static constexpr std::string_view kRest = "...\n";
  out.resize(kEvidenceOctetsMax - kRest.size());
  out.resize(out.rfind('\n') + 1);
  return out += kRest;
}

}  // namespace mxsweep::watch
