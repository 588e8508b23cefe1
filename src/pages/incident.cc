// SPDX-License-Identifier: MIT
// The page of an incident, and the list of them.
#include <fmt/format.h>

#include <string>
#include <string_view>

#include "mxsweep/core/cause.h"
#include "pages/page.h"
#include "pages/parts.h"
#include "pages/words.h"

namespace mxsweep::pages {
namespace {

using view::IncidentPage;

bool has_cause(const watch::Incident& incident) {
  return incident.kind <= watch::IncidentKind::degraded && incident.cause != Cause::none;
}

void show_hero(Page& page, const IncidentPage& facts) {
  const watch::Incident& incident = facts.facts.incident;
  Html& html = page.html;
  page.begin_hero(class_of(incident), fmt::format("Incident {}", incident.id),
                  headline_of(facts.facts, page.audience));
  html.open("p", {{"class", "lede"}});
  page.state(class_of(incident), word_of(incident));
  if (incident.open()) {
    html.text(" since ");
    page.time_ago(incident.since);
  } else {
    const WallTime end = incident.until == WallTime{} ? *incident.closed : incident.until;
    html.text(" since ");
    page.time(end);
    html.text(", after " + span_in_words(end - incident.since));
  }
  if (!facts.facts.blame.empty()) {
    html.text(". Whose fault: ").put("b", facts.facts.blame);
  }
  html.text(".").close("p");
  if (incident.open() && page.audience.acknowledge) {
    const std::string action = page.audience.acknowledge(incident.id);
    if (!action.empty()) {
      html.open("p").put("a", incident.acknowledged ? "Acknowledge again" : "Acknowledge",
                         {{"class", "button"}, {"href", action}});
      html.close("p");
    }
  }
  page.end_hero();
}

void show_facts(Page& page, const IncidentPage& facts) {
  const watch::Incident& incident = facts.facts.incident;
  const bool targets = page.audience.targets;
  Html& html = page.html;
  page.begin_section("What is known");
  html.open("dl");
  const auto moment = [&](std::string_view term, WallTime time) {
    html.put("dt", term).open("dd");
    page.exact_time(time);
    html.close("dd");
  };
  define(page, "Severity", to_string(incident.severity));
  moment("First failure", incident.since);
  moment("Confirmed", incident.opened);
  if (incident.closed) moment("Closed", *incident.closed);
  if (has_cause(incident)) {
    define(
        page, "Cause",
        fmt::format("{}{}: {}", problem(incident.phase, incident.cause),
                    incident.percent < 100 ? fmt::format(" ({} % of them)", incident.percent) : "",
                    explain(incident.cause)));
  }
  if (targets && !incident.scope_value.empty()) {
    define(page, "In common",
           fmt::format("{} {}", to_string(incident.scope), cut(incident.scope_value, 300)));
  }
  if (incident.watched > 0) {
    define(page, "Affected",
           fmt::format("{}{} at most, of {} watched there",
                       incident.open() ? grouped(facts.facts.members) + " now, " : "",
                       grouped(incident.members_peak), grouped(incident.watched)));
  }
  if (!facts.facts.groups.empty()) {
    html.put("dt", facts.facts.groups.size() == 1 ? "Group" : "Groups").open("dd");
    for (std::size_t i = 0; i < facts.facts.groups.size(); ++i) {
      if (i > 0) html.text(", ");
      html.put("a", cut(facts.facts.groups[i], 120),
               {{"href", page.links.group(facts.facts.groups[i])}});
    }
    html.close("dd");
  }
  if (targets && !incident.text.empty()) define(page, "Noticed", cut(incident.text, 2000));
  if (incident.acknowledged) {
    html.put("dt", "Acknowledged").open("dd");
    if (targets) html.text("by ").put("b", cut(incident.acknowledged->by, 80)).text(" ");
    html.text("at ");
    page.time(incident.acknowledged->at);
    if (incident.acknowledged->until != WallTime{}) {
      html.text(", until ");
      page.time(incident.acknowledged->until);
    }
    if (targets && !incident.acknowledged->note.empty()) {
      html.text(": " + cut(incident.acknowledged->note, 300));
    }
    html.close("dd");
  }
  html.close("dl");
  page.end_section();
}

void show_told(Page& page, const IncidentPage& facts) {
  if (facts.told.empty()) return;
  Html& html = page.html;
  page.begin_section("Messages");
  begin_table(page, "stack", {"Channel", "Beginning", "End", "Now"});
  for (const view::Told& told : facts.told) {
    html.open("tr").put("th", cut(told.channel, 80), {{"scope", "row"}});
    cell(page, "Beginning", told.opening ? "arrived" : "not yet");
    cell(page, "End", told.closing ? "arrived" : facts.facts.incident.open() ? "" : "not yet");
    html.open("td", {{"data-is", "Now"}}).open("span");
    if (told.dead) {
      page.state("down", "given up");
    } else if (told.next != WallTime{}) {
      page.state("degraded", fmt::format("{} failed", counted_grouped(told.tries, "attempt")));
      html.text(", again at ");
      page.time(told.next);
    } else {
      page.state("up", "nothing waits");
    }
    if (!told.error.empty()) html.text(": " + cut(told.error, 300));
    html.close("span").close("td").close("tr");
  }
  end_table(page);
  page.end_section();
}

void show_attempts(Page& page, const IncidentPage& facts) {
  if (facts.attempts.empty()) return;
  Html& html = page.html;
  page.begin_section("Attempts to deliver them");
  begin_table(page, "stack", {"At", "Channel", "Message", "Result", "Took"});
  for (const watch::DeliveryLogRow& row : facts.attempts) {
    html.open("tr").open("th", {{"scope", "row"}});
    page.exact_time(row.at);
    html.close("th");
    cell(page, "Channel", cut(row.channel, 80));
    cell(page, "Message", cut(row.kind, 40));
    html.open("td", {{"data-is", "Result"}}).open("span");
    page.state(row.ok ? "up" : "down", row.ok ? "arrived" : "failed");
    if (row.status != 0) html.text(fmt::format(" {}", row.status));
    if (!row.text.empty()) html.text(" " + cut(row.text, 300));
    html.close("span").close("td");
    cell(page, "Took", milliseconds(row.took), "n");
    html.close("tr");
  }
  end_table(page);
  page.end_section();
}

}  // namespace

std::string incident(const view::IncidentPage& facts, const Audience& audience) {
  const watch::Incident& row = facts.facts.incident;
  Page page(audience, &facts.now,
            {Place::Kind::incident, std::to_string(row.id), facts.first / kMonitorsOfPage + 1},
            fmt::format("Incident {}: {}", row.id, cut(headline_of(facts.facts, audience), 120)),
            class_of(row));
  Html& html = page.html;
  show_hero(page, facts);
  html.open("div", {{"class", "pair"}});
  show_facts(page, facts);
  if (!facts.timeline.empty()) {
    page.begin_section("Timeline");
    list_timeline(page, facts.timeline, true);
    page.end_section();
  }
  html.close("div");
  if (audience.targets) {
    if (!facts.evidence.empty()) {
      page.begin_section("What was received");
      html.open("div", {{"class", "wide cards"}});
      show_transcripts(page, facts.evidence);
      html.close("div");
      page.end_section();
    }
    show_told(page, facts);
    show_attempts(page, facts);
    if (!facts.members.empty()) {
      page.begin_section(row.open() ? "Affected now" : "What was affected");
      list_monitors(page, facts.members);
      page.turn_pages(facts.first, static_cast<std::uint32_t>(facts.members.size()), facts.all,
                      kMonitorsOfPage, "Monitors");
      page.end_section();
    }
  }
  return page.end();
}

std::string incidents(const view::IncidentList& facts, const Audience& audience) {
  std::uint32_t open = 0;
  std::string_view mood = "up";
  for (const view::IncidentFacts& incident : facts.incidents) {
    if (!incident.incident.open()) continue;
    ++open;
    if (mood != "down") mood = class_of(incident.incident);
  }
  const std::string heading =
      open > 0 ? fmt::format("Incidents: {} open", grouped(open)) : "Incidents: none is open";
  Page page(audience, &facts.now, {Place::Kind::incidents}, heading, mood);
  Html& html = page.html;
  page.begin_hero(mood, {}, heading);
  page.end_hero();
  html.open("section").put("h2", "The latest first");
  if (facts.incidents.empty()) {
    html.put("p", "There has been none.");
  } else {
    list_briefly(page, facts.incidents);
  }
  if (facts.next != 0 && !audience.files) {
    html.open("nav", {{"class", "turn"}, {"aria-label", "Pages of incidents"}});
    html.put("a", "Earlier ones",
             {{"rel", "next"}, {"href", fmt::format("/incidents?below={}", facts.next)}});
    html.close("nav");
  }
  page.end_section();
  return page.end();
}

}  // namespace mxsweep::pages
