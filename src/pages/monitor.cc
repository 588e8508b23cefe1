// SPDX-License-Identifier: MIT
// The page of a monitor.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "mxsweep/core/cause.h"
#include "mxsweep/core/check_finding.h"
#include "mxsweep/watch/plain_words.h"
#include "pages/charts.h"
#include "pages/page.h"
#include "pages/parts.h"
#include "pages/words.h"

namespace mxsweep::pages {
namespace {

using view::MonitorPage;

void show_hero(Page& page, const MonitorPage& facts) {
  const view::MonitorLine& line = facts.monitor;
  Html& html = page.html;
  page.begin_hero(class_of(line.state), "Monitor", name_of(line));
  html.open("p", {{"class", "lede"}});
  page.state(class_of(line.state), to_string(line.state));
  if (line.since != WallTime{}) {
    html.text(" since ");
    page.time_ago(line.since);
  }
  if (line.cause != Cause::none) {
    html.text(": ").put("b", problem(line.phase, line.cause));
    html.text(fmt::format(". {}.", capitalized(std::string(explain(line.cause)))));
  }
  html.close("p").open("ul", {{"class", "counts"}});
  const auto tag = [&](bool set, std::string_view word) {
    if (set) html.open("li").put("span", word, {{"class", "tag"}}).close("li");
  };
  tag(line.flapping, "flapping");
  tag(line.unobserved, "not observed");
  tag(line.maintenance, "maintenance");
  if (!line.group.empty()) {
    html.open("li").text("Group ");
    html.put("a", cut(line.group, 120), {{"href", page.links.group(line.group)}}).close("li");
  }
  if (line.incident != 0) {
    html.open("li").put("a", fmt::format("Incident {}", line.incident),
                        {{"href", page.links.incident(line.incident)}});
    html.close("li");
  }
  if (facts.interval > Duration{0}) {
    html.put("li", "Probed every " +
                       span_in_words(
                           std::chrono::duration_cast<std::chrono::microseconds>(facts.interval)));
  }
  html.close("ul");
  if (!facts.meta.empty()) {
    html.open("p").put("code", cut(facts.meta, 600)).close("p");
  }
  page.end_hero();
}

void show_last(Page& page, const MonitorPage& facts) {
  Html& html = page.html;
  page.begin_section("Last probe",
                     facts.last ? span_in_words(page.at() - facts.last->at) + " ago" : "");
  if (!facts.last) {
    html.put("p", "It has not been probed yet.").close("section");
    return;
  }
  const view::ProbeFacts& last = *facts.last;
  html.open("p").text("At ").put("time", time_of_day(last.at), {{"datetime", rfc3339(last.at)}});
  html.text(": ").put("b", to_string(last.outcome));
  if (last.cause != Cause::none) html.text(", " + problem(last.phase, last.cause));
  if (last.unobserved) html.text("; it says nothing of the server");
  html.text(".").close("p");
  if (!facts.said.text.empty()) html.put("p", cut(facts.said.text, 600));
  if (!facts.said.data.empty()) {
    html.open("p").put("code", cut(facts.said.data, 600)).close("p");
  }
  if (!facts.run) draw_laps(page, last);
  page.end_section();
}

void show_uptime(Page& page, const MonitorPage& facts) {
  Html& html = page.html;
  page.begin_section("Uptime");
  html.open("dl", {{"class", "figures"}});
  for (const auto& [term, part] :
       {std::pair{"24 hours", facts.day}, std::pair{"30 days", facts.month},
        std::pair{"90 days", facts.quarter}}) {
    define(page, term, part ? percent(*part) : "no data");
  }
  html.close("dl");
  draw_days(page, facts.days);
  draw_days_legend(page);
  list_days(page, facts.days);
  page.end_section();
}

void show_path(Page& page, const MonitorPage& facts) {
  if (facts.path.empty() && facts.tls.empty()) return;
  Html& html = page.html;
  page.begin_section("TLS and certificate");
  html.open("dl");
  if (!facts.tls.empty()) define(page, "Handshake", cut(facts.tls, 300));
  if (!facts.server_name.empty()) define(page, "Checked for", cut(facts.server_name, 300));
  html.close("dl").open("ol", {{"class", "list"}});
  for (const view::CertificateStep& step : facts.path) {
    const watch::Expiry expiry = watch::expiry(step.not_before, step.not_after, page.at());
    html.open("li").put("b", cut(step.subject, 300)).open("p");
    show_expiry(page, expiry, step.not_after);
    html.text(", until ");
    page.time(step.not_after);
    html.close("p").open("p", {{"class", "soft"}});
    html.text("Issued by " + cut(step.issuer, 300));
    if (!step.key.empty()) html.text(", key " + cut(step.key, 80));
    html.close("p").close("li");
  }
  html.close("ol");
  page.end_section();
}

void show_findings(Page& page, const MonitorPage& facts) {
  if (facts.checks.words.empty() && facts.findings.empty()) return;
  Html& html = page.html;
  page.begin_section("What the checks find",
                     fmt::format("{}", fmt::join(facts.checks.words, ", ")));
  if (facts.findings.empty()) {
    html.put("p", "Nothing that has to be mended.");
    page.end_section();
    return;
  }
  begin_table(page, "stack", {"Finding", "At", "What", "To do", "Since"});
  for (const watch::OpenFinding& finding : facts.findings) {
    const CheckFindingRow& row =
        check_finding_rows()[static_cast<std::size_t>(finding.report.finding)];
    const std::string& detail = finding.report.detail;
    html.open("tr").put("th", row.word, {{"scope", "row"}});
    cell(page, "At", cut(finding.report.at + (detail.empty() ? "" : ", " + detail), 300));
    cell(page, "What", watch::without_backticks(row.seen));
    cell(page, "To do", watch::without_backticks(row.cure));
    html.open("td", {{"data-is", "Since"}});
    page.time(finding.since);
    html.close("td").close("tr");
  }
  end_table(page);
  page.end_section();
}

void show_fields(Page& page, const MonitorPage& facts) {
  if (facts.fields.empty()) return;
  Html& html = page.html;
  page.begin_section("What the server shows", "share of the last 32 probes");
  begin_table(page, "stack", {"What", "Value", "Share", "First seen", "Last seen"});
  for (const view::FieldValue& field : facts.fields) {
    html.open("tr").put("th", cut(field.field, 80), {{"scope", "row"}});
    cell(page, "Value", cut(field.value, 400));
    cell(page, "Share", fmt::format("{} %{}", field.percent, field.adopted ? ", usual" : ""));
    html.open("td", {{"data-is", "First seen"}});
    page.time(field.first);
    html.close("td").open("td", {{"data-is", "Last seen"}});
    page.time(field.last);
    html.close("td").close("tr");
  }
  end_table(page);
  page.end_section();
}

}  // namespace

std::string monitor(const view::MonitorPage& facts, const Audience& audience) {
  if (!audience.targets) {
    return notice("Not shown here", "The pages of single monitors are not public.", audience);
  }
  const view::MonitorLine& line = facts.monitor;
  Page page(audience, &facts.now, {Place::Kind::monitor, line.id},
            fmt::format("{}: {}", cut(name_of(line), 120), to_string(line.state)),
            class_of(line.state));
  Html& html = page.html;
  show_hero(page, facts);
  html.open("div", {{"class", "pair"}});
  show_last(page, facts);
  show_uptime(page, facts);
  html.close("div");
  if (facts.failure) {
    page.begin_section("Last failure");
    show_transcripts(page, std::span(&*facts.failure, 1));
    page.end_section();
  }
  if (!facts.bands.empty()) {
    page.begin_section("How long each phase takes",
                       "line: median; area: from the 10th to the 90th percentile");
    draw_bands(page, facts.bands);
    page.end_section();
  }
  html.open("div", {{"class", "columns"}});
  show_path(page, facts);
  if (!facts.timeline.empty()) {
    page.begin_section("Changes", "the latest first");
    list_timeline(page, facts.timeline, false);
    page.end_section();
  }
  if (!facts.incidents.empty()) {
    page.begin_section("Incidents", "the latest first");
    list_briefly(page, facts.incidents);
    page.end_section();
  }
  html.close("div");
  show_findings(page, facts);
  show_fields(page, facts);
  return page.end();
}

}  // namespace mxsweep::pages
