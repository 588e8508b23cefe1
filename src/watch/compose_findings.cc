// SPDX-License-Identifier: MIT
// What the checks find fault with, in a message.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "mxsweep/results/json_object.h"
#include "watch/compose_parts.h"
#include "watch/plain_text.h"

namespace mxsweep::watch {
namespace {

constexpr std::size_t kFindingsShown = 10;  // Different ones, and places of each.
constexpr std::size_t kFindingsWritten = 50;

std::string place_and_detail(const FindingReport& report) {
  std::string text = shown(report.at, kNameShownOctets);
  if (!report.detail.empty()) {
    text += (text.empty() ? "" : ", ") + shown(report.detail, kNameShownOctets);
  }
  if (report.n && report.most) text += fmt::format(" ({}, at most {})", *report.n, *report.most);
  return text;
}

struct Places {
  mxsweep::Severity severity = mxsweep::Severity::info;
  std::vector<std::string> texts;
};

void append_places(CheckFinding finding, const Places& places, std::string& out) {
  const CheckFindingRow& row = check_finding_rows()[static_cast<std::size_t>(finding)];
  append_wrapped(
      "* ",
      fmt::format("{} ({}): {}", row.word, to_string(places.severity), without_backticks(row.seen)),
      out);
  std::string where;
  for (std::size_t i = 0; i < std::min(places.texts.size(), kFindingsShown); ++i) {
    where += (i > 0 ? "; " : "") + places.texts[i];
  }
  if (places.texts.size() > kFindingsShown) {
    where += fmt::format("; and {} more", places.texts.size() - kFindingsShown);
  }
  if (!where.empty()) append_wrapped("  At: ", where, out);
  append_wrapped("  To do: ", without_backticks(row.cure), out);
}

}  // namespace

std::string findings_text(const Subject& subject) {
  std::string out;
  if (subject.incident.kind != IncidentKind::check || !subject.findings) return out;
  std::map<CheckFinding, Places> found;
  for (const MonitorId member : subject.incident.members) {
    for (const OpenFinding& finding : subject.findings(member)) {
      Places& places = found[finding.report.finding];
      places.severity = std::max(places.severity, finding.severity);
      std::string text = place_and_detail(finding.report);
      const bool is_new = std::ranges::find(places.texts, text) == places.texts.end();
      if (!text.empty() && is_new) places.texts.push_back(std::move(text));
    }
  }
  std::size_t written = 0;
  for (const auto& [finding, places] : found) {
    if (written++ == kFindingsShown) {
      append_wrapped("* ", fmt::format("and {} others", found.size() - kFindingsShown), out);
      break;
    }
    append_places(finding, places, out);
  }
  return out;
}

std::string findings_json(const Subject& subject) {
  results::JsonArray all;
  std::size_t written = 0;
  for (const MonitorId member : subject.incident.members) {
    const Monitor* const monitor = subject.monitor(member);
    if (monitor == nullptr || !subject.findings) continue;
    for (const OpenFinding& finding : subject.findings(member)) {
      if (written++ == kFindingsWritten) return all.end();
      results::JsonObject object;
      object.text("key", shown(monitor->key, kNameShownOctets));
      object.text("id", to_string(finding.report.finding));
      object.text("severity", to_string(finding.severity));
      object.text_if_any("at", shown(finding.report.at, kNameShownOctets));
      object.text_if_any("detail", shown(finding.report.detail, kNameShownOctets));
      all.json(object.text("since", rfc3339(finding.since)).end());
    }
  }
  return all.end();
}

}  // namespace mxsweep::watch
