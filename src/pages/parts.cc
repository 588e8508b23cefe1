// SPDX-License-Identifier: MIT
#include "pages/parts.h"

#include <fmt/format.h>

#include "mxsweep/core/cause.h"
#include "mxsweep/watch/compose.h"
#include "pages/words.h"

namespace mxsweep::pages {
namespace {

constexpr std::size_t kNameShownOctets = 120;

// The headline without its problem: "400 hosts in 192.0.2.0/24".
std::string place_of(const std::string& headline) {
  return headline.substr(0, headline.rfind(": "));
}

void show_acknowledgement(Page& page, const watch::Incident& incident) {
  if (!incident.acknowledged) return;
  Html& html = page.html;
  html.open("p", {{"class", "soft"}}).text("Acknowledged");
  if (page.audience.targets) html.text(" by ").put("b", cut(incident.acknowledged->by, 80));
  html.text(" at ");
  page.time(incident.acknowledged->at);
  if (page.audience.targets && !incident.acknowledged->note.empty()) {
    html.text(": " + cut(incident.acknowledged->note, 300));
  }
  html.close("p");
}

// The words of rows are short, because they are stored.
std::string_view word_of(const watch::TimelineRow& row) {
  return row.what == "ack" ? std::string_view("acknowledged") : std::string_view(row.what);
}

void show_groups(Page& page, const view::IncidentFacts& facts) {
  if (facts.groups.empty()) return;
  Html& html = page.html;
  html.text(facts.groups.size() == 1 ? "Group " : "Groups ");
  for (std::size_t i = 0; i < facts.groups.size(); ++i) {
    if (i > 0) html.text(", ");
    html.put("a", cut(facts.groups[i], kNameShownOctets),
             {{"href", page.links.group(facts.groups[i])}});
  }
}

// "since 10:02 (7 min)", "from 10:02 to 10:43 (41 min)"
void show_span(Page& page, const watch::Incident& incident) {
  Html& html = page.html;
  if (incident.open()) {
    html.text("since ");
    page.time_ago(incident.since);
    return;
  }
  const WallTime end = incident.until == WallTime{} ? *incident.closed : incident.until;
  html.text("from ");
  page.time(incident.since);
  html.text(" to ");
  html.put("time", short_time(end, incident.since), {{"datetime", rfc3339(end)}});
  html.text(" (" + span_in_words(end - incident.since) + ')');
}

void show_state(Page& page, const view::MonitorLine& line) {
  page.state(class_of(line.state), to_string(line.state));
  for (const auto& [set, word] :
       {std::pair{line.flapping, "flapping"}, std::pair{line.unobserved, "not observed"},
        std::pair{line.maintenance, "maintenance"}}) {
    if (set) page.html.text(" ").put("span", word, {{"class", "tag"}});
  }
}

}  // namespace

std::string headline_of(const view::IncidentFacts& facts, const Audience& audience) {
  const std::string& line = audience.targets ? facts.headline : facts.public_headline;
  return line.empty() ? fmt::format("incident {}", facts.incident.id) : line;
}

std::string short_sentence(const view::IncidentFacts& facts, const Audience& audience,
                           WallTime now) {
  const std::string headline = headline_of(facts, audience);
  const std::string since = short_time(facts.incident.since, now);
  if (!is_of_servers(facts.incident.kind)) return fmt::format("{}, since {}", headline, since);
  return fmt::format("{} {} since {}", cut(place_of(headline), 200), word_of(facts.incident),
                     since);
}

bool is_of_servers(watch::IncidentKind kind) { return kind <= watch::IncidentKind::check; }

std::string_view word_of(const watch::Incident& incident) {
  if (!incident.open()) return "over";
  switch (incident.kind) {
    case watch::IncidentKind::down: return "down";
    case watch::IncidentKind::degraded: return "degraded";
    case watch::IncidentKind::flapping: return "flapping";
    case watch::IncidentKind::unobserved: return "not observed";
    case watch::IncidentKind::check: return "failing the checks";
    case watch::IncidentKind::blind: return "blind";
    case watch::IncidentKind::internal: return "trouble";
    case watch::IncidentKind::certificate: return "certificates";
    case watch::IncidentKind::change: return "change";
    case watch::IncidentKind::digest: break;
  }
  return "digest";
}

void list_counts(Page& page, const view::Counts& counts) {
  Html& html = page.html;
  html.open("ul", {{"class", "counts"}});
  const auto entry = [&](std::uint32_t count, watch::State state) {
    if (count == 0) return;
    html.open("li");
    page.state(class_of(state), fmt::format("{} {}", grouped(count), to_string(state)));
    html.close("li");
  };
  entry(counts.down, watch::State::down);
  entry(counts.degraded, watch::State::degraded);
  entry(counts.unknown, watch::State::unknown);
  entry(counts.up, watch::State::up);
  for (const auto& [count, word] :
       {std::pair{counts.flapping, "flapping"}, std::pair{counts.unobserved, "not observed"},
        std::pair{counts.maintenance, "in maintenance"}}) {
    if (count == 0) continue;
    html.open("li").put("span", fmt::format("{} {}", grouped(count), word), {{"class", "tag"}});
    html.close("li");
  }
  if (counts.monitors == 0) html.put("li", "no monitors", {{"class", "soft"}});
  html.close("ul");
}

void list_incidents(Page& page, std::span<const view::IncidentFacts> incidents) {
  Html& html = page.html;
  html.open("ul", {{"class", "wide cards"}});
  for (const view::IncidentFacts& facts : incidents) {
    const watch::Incident& incident = facts.incident;
    html.open("li", {{"class", class_of(incident)}});
    html.open("h3").put("a", cut(headline_of(facts, page.audience), 300),
                        {{"href", page.links.incident(incident.id)}});
    html.close("h3").open("p");
    page.state(class_of(incident), word_of(incident));
    html.text(" ");
    show_span(page, incident);
    if (incident.open() && facts.members < incident.members_peak) {
      html.text(
          fmt::format(", {} of {} left", grouped(facts.members), grouped(incident.members_peak)));
    }
    html.close("p");
    if (!facts.blame.empty()) {
      html.open("p").text("Whose fault: ").put("b", facts.blame).close("p");
    }
    if (!facts.groups.empty()) {
      html.open("p", {{"class", "soft"}});
      show_groups(page, facts);
      html.close("p");
    }
    show_acknowledgement(page, incident);
    html.close("li");
  }
  html.close("ul");
}

void list_briefly(Page& page, std::span<const view::IncidentFacts> incidents,
                  std::string_view css_class) {
  Html& html = page.html;
  html.open("ul", {{"class", css_class}});
  for (const view::IncidentFacts& facts : incidents) {
    html.open("li").open("div").put("a", cut(headline_of(facts, page.audience), 200),
                                    {{"href", page.links.incident(facts.incident.id)}});
    html.close("div").open("p");
    page.state(class_of(facts.incident), word_of(facts.incident));
    html.text(" ");
    show_span(page, facts.incident);
    if (!facts.blame.empty()) html.text(" \xc2\xb7 " + facts.blame);
    html.close("p").close("li");
  }
  html.close("ul");
}

void link_monitor(Page& page, const view::MonitorLine& line, std::string_view name,
                  std::size_t octets_max) {
  const std::string shown = cut(name, octets_max);
  if (page.audience.monitors) {
    page.html.put("a", shown, {{"href", page.links.monitor(line.id)}});
  } else {
    page.html.text(shown);
  }
}

void list_monitors(Page& page, std::span<const view::MonitorLine> monitors) {
  Html& html = page.html;
  begin_table(page, "stack names", {"Monitor", "State", "Since", "Problem", "Last probe", "Time"});
  for (const view::MonitorLine& line : monitors) {
    html.open("tr").open("th", {{"scope", "row"}});
    link_monitor(page, line, name_of(line), kNameShownOctets);
    html.close("th").open("td", {{"data-is", "State"}}).open("span");
    show_state(page, line);
    html.close("span").close("td").open("td", {{"data-is", "Since"}});
    if (line.since != WallTime{}) page.time(line.since);
    html.close("td");
    cell(page, "Problem", line.cause == Cause::none ? "" : problem(line.phase, line.cause));
    html.open("td", {{"data-is", "Last probe"}});
    if (line.last != WallTime{}) {
      html.put("time", span_in_words(page.at() - line.last) + " ago",
               {{"datetime", rfc3339(line.last)}});
    }
    html.close("td");
    cell(page, "Time", line.last == WallTime{} ? "" : milliseconds(line.total), "n");
    html.close("tr");
  }
  end_table(page);
}

void list_timeline(Page& page, std::span<const watch::TimelineRow> timeline, bool with_monitor) {
  Html& html = page.html;
  html.open("ol", {{"class", "list"}});
  for (const watch::TimelineRow& row : timeline) {
    html.open("li");
    page.exact_time(row.at);
    html.text(" ").put("b", cut(word_of(row), 40));
    if (page.audience.targets) {
      if (with_monitor && !row.monitor.empty()) html.text(" " + cut(row.monitor, kNameShownOctets));
      if (!row.text.empty()) {
        html.text((row.what == "ack" ? " by " : ": ") + cut(row.text, 400));
      }
      if (!with_monitor && row.incident != 0) {
        html.text(" ").put("a", fmt::format("incident {}", row.incident),
                           {{"href", page.links.incident(row.incident)}});
      }
    }
    html.close("li");
  }
  html.close("ol");
}

void show_transcripts(Page& page, std::span<const watch::EvidenceRow> evidence) {
  Html& html = page.html;
  for (std::size_t i = 0; i < evidence.size(); ++i) {
    const std::string transcript = watch::transcript_of(evidence.subspan(i, 1));
    if (transcript.empty()) continue;
    html.put("pre", transcript,
             {{"tabindex", "0"},
              {"role", "region"},
              {"aria-label", evidence.size() == 1 ? std::string("Transcript")
                                                  : fmt::format("Transcript {}", i + 1)}});
  }
}

void begin_table(Page& page, std::string_view css_class,
                 std::initializer_list<std::string_view> headings) {
  Html& html = page.html;
  html.open("table", {{"class", css_class}});
  html.open("thead").open("tr");
  for (const std::string_view heading : headings) {
    const bool number = heading == "Time" || heading == "Hosts" || heading == "Took";
    html.put("th", heading, {{"scope", "col"}, {"class", number ? "n" : ""}});
  }
  html.close("tr").close("thead").open("tbody");
}

void end_table(Page& page) { page.html.close("tbody").close("table"); }

void cell(Page& page, std::string_view heading, std::string_view text, std::string_view css_class) {
  page.html.put("td", text, {{"class", css_class}, {"data-is", text.empty() ? "" : heading}});
}

void define(Page& page, std::string_view term, std::string_view text) {
  page.html.put("dt", term).put("dd", text);
}

std::string name_of(const view::MonitorLine& line) {
  std::string name = line.target;
  if (line.port != 0 && line.port != 25 && !line.target.ends_with(fmt::format(":{}", line.port))) {
    name += fmt::format(":{}", line.port);
  }
  if (!line.address.empty() && line.target.find(line.address) == line.target.npos) {
    name += " (" + line.address + ')';
  }
  return name.empty() ? "monitor " + line.id : name;
}

}  // namespace mxsweep::pages
