// SPDX-License-Identifier: MIT
// Small pages: a notice, and the form that acknowledges an incident with its answer.
#include <fmt/format.h>

#include <chrono>
#include <string>
#include <string_view>

#include "pages/page.h"
#include "pages/parts.h"
#include "pages/words.h"

namespace mxsweep::pages {

std::string notice(std::string_view heading, std::string_view text, const Audience& audience) {
  Page page(audience, nullptr, {}, cut(heading, 120), "unknown");
  Html& html = page.html;
  page.begin_hero("unknown", {}, heading);
  html.put("p", cut(text, 2000), {{"class", "lede"}});
  page.end_hero();
  return page.end();
}

std::string acknowledge_form(const view::IncidentPage& facts, std::string_view action,
                             const Audience& audience) {
  const watch::Incident& row = facts.facts.incident;
  const std::string id = std::to_string(row.id);
  Page page(audience, nullptr, {Place::Kind::incident, id}, "Acknowledge incident " + id,
            class_of(row));
  Html& html = page.html;
  page.begin_hero(class_of(row), "Acknowledge incident " + id, headline_of(facts.facts, audience));
  html.open("p", {{"class", "lede"}});
  page.state(class_of(row), word_of(row));
  html.text(" since ");
  html.put("time", short_time(row.since, facts.now.at), {{"datetime", rfc3339(row.since)}});
  if (row.acknowledged) {
    html.text("; it is already acknowledged");
    if (audience.targets) html.text(" by " + cut(row.acknowledged->by, 80));
  }
  html.text(".").close("p");
  page.end_hero();
  html.open("section").put("h2", "You are looking after it");
  html.open("form", {{"method", "post"}, {"action", action}, {"autocomplete", "off"}});
  html.open("label").text("Your name");
  html.alone(
      "input",
      {{"name", "by"}, {"required", "required"}, {"maxlength", "80"}, {"autocomplete", "off"}});
  html.close("label").open("label").text("Note ").put("small", "What you are doing; may be empty.");
  html.open("textarea", {{"name", "note"}, {"rows", "3"}, {"maxlength", "300"}});
  html.close("textarea").close("label");
  html.put("button", "Acknowledge", {{"type", "submit"}});
  html.put("p", "Reminders and escalations stop; the end of the incident is still reported.",
           {{"class", "soft"}});
  html.close("form");
  page.end_section();
  return page.end();
}

std::string acknowledged(watch::IncidentId incident, Duration lasts, const Audience& audience) {
  const std::string id = std::to_string(incident);
  const std::string heading = "Incident " + id + " is acknowledged";
  Page page(audience, nullptr, {Place::Kind::incident, id}, heading, "unknown");
  Html& html = page.html;
  page.begin_hero("unknown", {}, heading);
  html.open("p", {{"class", "lede"}});
  html.text("No reminders are sent for " +
            span_in_words(std::chrono::duration_cast<std::chrono::microseconds>(lasts)) +
            ", unless it becomes worse. Its end is reported as always.");
  html.close("p").open("p");
  html.put("a", "Back to the incident",
           {{"class", "button"}, {"href", page.links.incident(incident)}});
  html.close("p");
  page.end_hero();
  return page.end();
}

}  // namespace mxsweep::pages
