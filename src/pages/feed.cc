// SPDX-License-Identifier: MIT
// The feed of incidents.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "mxsweep/core/percent.h"
#include "pages/html.h"
#include "pages/links.h"
#include "pages/parts.h"
#include "pages/words.h"

namespace mxsweep::pages {
namespace {

// RFC 4151 wants a date on which the name was ours; the name is no host's, so any will do.
constexpr std::string_view kTag = "tag:mxsweep,2026:";

// An entry keeps its id when the site moves, and has another one than those of other monitors.
std::string site_of(const Audience& audience) {
  std::string_view url = audience.url;
  url.remove_prefix(std::min(url.find("://") == url.npos ? 0 : url.find("://") + 3, url.size()));
  return percent_encoded(url.substr(0, url.find('/')));
}

std::string absolute(const Audience& audience, const Place& place) {
  if (audience.url.empty()) return audience.files ? file_of(place) : path_of(place);
  std::string_view base = audience.url;
  while (base.ends_with('/')) base.remove_suffix(1);
  return std::string(base) + (audience.files ? '/' + file_of(place) : path_of(place));
}

WallTime updated(const watch::Incident& incident) {
  WallTime time = std::max(incident.since, incident.opened);
  if (incident.acknowledged) time = std::max(time, incident.acknowledged->at);
  return incident.closed ? std::max(time, *incident.closed) : time;
}

void write_entry(Html& xml, const view::IncidentFacts& facts, const Audience& audience) {
  const watch::Incident& incident = facts.incident;
  std::string summary =
      incident.open()
          ? fmt::format("{} since {} {} UTC", word_of(incident), date_of(incident.since),
                        time_of_day(incident.since))
          : fmt::format(
                "over after {}",
                span_in_words((incident.until == WallTime{} ? *incident.closed : incident.until) -
                              incident.since));
  if (!facts.blame.empty()) summary += "; whose fault: " + facts.blame;
  if (incident.acknowledged) summary += "; acknowledged";
  xml.open("entry");
  xml.put("id", fmt::format("{}{}:incident:{}", kTag, site_of(audience), incident.id));
  xml.put("title", cut(headline_of(facts, audience), 300) + (incident.open() ? "" : " (over)"));
  xml.put("published", rfc3339(incident.opened)).put("updated", rfc3339(updated(incident)));
  xml.alone("link",
            {{"rel", "alternate"},
             {"type", "text/html"},
             {"href", absolute(audience, {Place::Kind::incident, std::to_string(incident.id)})}});
  xml.alone("category", {{"term", to_string(incident.kind)}});
  xml.put("summary", summary + '.').close("entry");
}

}  // namespace

std::string feed(const view::IncidentList& facts, const Audience& audience) {
  WallTime latest = facts.now.began;
  for (const view::IncidentFacts& incident : facts.incidents) {
    latest = std::max(latest, updated(incident.incident));
  }
  Html xml;
  xml.raw("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
  xml.open("feed", {{"xmlns", "http://www.w3.org/2005/Atom"}, {"xml:lang", "en"}});
  xml.put("id", fmt::format("{}{}:incidents", kTag, site_of(audience)));
  xml.put("title", "Incidents");
  xml.put("updated", rfc3339(latest));
  xml.open("author").put("name", "mxsweep watch").close("author");
  xml.alone("link", {{"rel", "self"},
                     {"type", "application/atom+xml"},
                     {"href", absolute(audience, {Place::Kind::feed})}});
  xml.alone("link", {{"rel", "alternate"},
                     {"type", "text/html"},
                     {"href", absolute(audience, {Place::Kind::incidents})}});
  for (const view::IncidentFacts& incident : facts.incidents) write_entry(xml, incident, audience);
  xml.close("feed").raw("\n");
  return xml.end();
}

}  // namespace mxsweep::pages
