// SPDX-License-Identifier: MIT
// The overview: what is wrong, since when, where and whose fault, at a glance.
#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <tuple>

#include "pages/charts.h"
#include "pages/page.h"
#include "pages/parts.h"
#include "pages/words.h"

namespace mxsweep::pages {
namespace {

using view::Counts;
using view::Overview;

constexpr std::size_t kCardsMost = 8;  // Of incidents.

std::string_view mood_of(const Overview& facts) {
  if (facts.now.sight == watch::Sight::blind || facts.counts.monitors == 0) return "unknown";
  if (facts.open_incidents == 0) return class_of(worst(facts.counts));
  std::string_view mood = facts.counts.down > 0 ? "down" : "degraded";
  for (const view::IncidentFacts& incident : facts.incidents) {
    if (class_of(incident.incident) == "down") mood = "down";
  }
  return mood;
}

// Without an incident: not grouped yet, not confirmed, or all is well.
std::string calm_sentence(const Counts& counts) {
  if (counts.monitors == 0) return "Nothing is watched yet";
  if (counts.down > 0 || counts.degraded > 0) {
    std::string text =
        counts.down > 0 ? fmt::format("{} down", counted_grouped(counts.down, "monitor")) : "";
    if (counts.degraded > 0) {
      text += fmt::format(
          "{}{} degraded", text.empty() ? "" : ", ",
          text.empty() ? counted_grouped(counts.degraded, "monitor") : grouped(counts.degraded));
    }
    return text + fmt::format(", {} up", grouped(counts.up));
  }
  if (counts.unknown == counts.monitors) {
    return fmt::format("No results yet of {}", counted_grouped(counts.monitors, "monitor"));
  }
  if (counts.unknown > 0) {
    return fmt::format("{} of {} are up, of the others nothing is known yet", grouped(counts.up),
                       counted_grouped(counts.monitors, "monitor"));
  }
  if (counts.unobserved > 0 && counts.unobserved <= counts.up) {
    return fmt::format("{} of {} are up, {} cannot be observed now",
                       grouped(counts.up - counts.unobserved),
                       counted_grouped(counts.monitors, "monitor"), grouped(counts.unobserved));
  }
  return counts.monitors == 1 ? "The monitor is up"
                              : fmt::format("All {} monitors are up", grouped(counts.monitors));
}

// The one to name: the most severe, not yet acknowledged, that most servers have. Requires: any.
const view::IncidentFacts& foremost(const Overview& facts) {
  return *std::ranges::max_element(facts.incidents, {}, [](const view::IncidentFacts& incident) {
    return std::tuple(incident.incident.severity, !incident.incident.acknowledged,
                      incident.members);
  });
}

std::string heading_of(const Overview& facts, const Audience& audience) {
  if (facts.now.sight == watch::Sight::blind) return "Blind: no server can be observed";
  if (facts.open_incidents == 0 || facts.incidents.empty()) return calm_sentence(facts.counts);
  std::string text = short_sentence(foremost(facts), audience, facts.now.at);
  if (facts.open_incidents > 1) {
    return fmt::format("{} incidents: {}", grouped(facts.open_incidents), text);
  }
  return is_of_servers(foremost(facts).incident.kind) ? text : capitalized(text);
}

void show_hero(Page& page, const Overview& facts) {
  Html& html = page.html;
  page.begin_hero(mood_of(facts), {}, heading_of(facts, page.audience));
  if (facts.now.sight != watch::Sight::blind && !facts.incidents.empty()) {
    const view::IncidentFacts& first = foremost(facts);
    const std::string headline = headline_of(first, page.audience);
    const std::size_t colon = headline.rfind(": ");
    std::string text;
    if (colon != headline.npos) text = "Problem: " + cut(headline.substr(colon + 2), 200);
    if (!first.blame.empty()) {
      text += fmt::format("{}{}", text.empty() ? "Whose fault: " : "; whose fault: ", first.blame);
    }
    if (!text.empty()) {
      html.put("p", text + '.', {{"class", "lede"}});
    }
  }
  if (facts.now.sight == watch::Sight::blind) html.put("p", "As they were seen last:");
  list_counts(page, facts.counts);
  page.end_hero();
}

void show_groups(Page& page, const Overview& facts) {
  if (facts.groups.empty()) return;
  Html& html = page.html;
  page.begin_section("Groups", facts.groups_all > facts.groups.size()
                                   ? ""
                                   : counted_grouped(facts.groups_all, "group"));
  html.open("ul", {{"class", "cards"}});
  for (const view::GroupFacts& group : facts.groups) {
    html.open("li", {{"class", class_of(worst(group.counts))}}).open("h3");
    html.put("a", cut(group.name, 120), {{"href", page.links.group(group.name)}});
    html.close("h3");
    list_counts(page, group.counts);
    draw_days(page, group.days);
    if (group.level) {
      html.open("p", {{"class", "soft"}});
      html.text(fmt::format("Objective {}: ", percent(group.level->target)));
      html.text(group.level->budget_left >= 0
                    ? percent(group.level->budget_left) + " of the budget left"
                    : "budget overdrawn by " + percent(-group.level->budget_left));
      html.close("p");
    }
    html.close("li");
  }
  html.close("ul");
  page.turn_pages(facts.first_group, static_cast<std::uint32_t>(facts.groups.size()),
                  facts.groups_all, kGroupsOfPage, "Groups");
  draw_days_legend(page);
  page.end_section();
}

void show_vantage(Page& page, const view::Now& now) {
  Html& html = page.html;
  page.begin_section("This monitor's own view");
  html.open("p");
  switch (now.sight) {
    case watch::Sight::clear: page.state("up", "clear"); break;
    case watch::Sight::doubtful: page.state("degraded", "in doubt"); break;
    case watch::Sight::blind: page.state("unknown", "blind"); break;
  }
  if (!now.sight_text.empty()) html.text(" " + now.sight_text);
  html.close("p").open("p", {{"class", "soft"}});
  html.text(now.canaries == 0   ? std::string("No canaries are configured")
            : now.canaries == 1 ? std::string("1 canary")
                                : fmt::format("{} canaries", now.canaries));
  html.text(now.began == WallTime{} ? "" : "; running for " + span_in_words(now.at - now.began));
  html.text(".").close("p");
  page.end_section();
}

std::string selector_of(const watch::Selector& match) {
  std::string text;
  const auto add = [&](const std::string& part) { text += text.empty() ? part : ", " + part; };
  if (match.group) add("group " + *match.group);
  if (match.target) add(*match.target);
  if (match.severity) add("severity " + std::string(to_string(*match.severity)));
  for (const auto& [key, value] : match.labels) add(key + "=" + value);
  return text.empty() ? "everything" : cut(text, 300);
}

void show_holds(Page& page, const Overview& facts) {
  if (facts.holds.empty()) return;
  Html& html = page.html;
  page.begin_section("Silences and maintenance");
  html.open("ul", {{"class", "list"}});
  for (const watch::SilenceRow& hold : facts.holds) {
    html.open("li").put("b", hold.maintenance ? "Maintenance" : "Silence").text(" until ");
    page.time(hold.until);
    html.text(fmt::format(" ({})", left(hold.until, page.at())));
    if (page.audience.targets) {
      html.text(": " + selector_of(hold.match)).open("p", {{"class", "soft"}});
      html.text((hold.maintenance ? "" : "by ") + cut(hold.by, 80));
      if (!hold.note.empty()) html.text(": " + cut(hold.note, 300));
      html.close("p");
    } else if (hold.match.group) {
      html.text(": group " + cut(*hold.match.group, 120));
    }
    html.close("li");
  }
  html.close("ul");
  page.end_section();
}

}  // namespace

std::string overview(const view::Overview& facts, const Audience& audience) {
  const std::uint32_t number = facts.first_group / kGroupsOfPage + 1;
  Page page(audience, &facts.now, {Place::Kind::overview, {}, number},
            cut(heading_of(facts, audience), 120), mood_of(facts));
  Html& html = page.html;
  show_hero(page, facts);
  if (!facts.incidents.empty()) {
    page.begin_section("Open incidents", facts.open_incidents > facts.incidents.size()
                                             ? fmt::format("{} of {}", facts.incidents.size(),
                                                           grouped(facts.open_incidents))
                                             : grouped(facts.open_incidents));
    // Cards for the first ones; of many the rest takes less room, so that the groups stay in sight.
    const std::span<const view::IncidentFacts> all(facts.incidents);
    const std::size_t cards = std::min(all.size(), kCardsMost);
    list_incidents(page, all.first(cards));
    if (cards < all.size()) list_briefly(page, all.subspan(cards), "list brief");
    page.end_section();
  }
  show_groups(page, facts);
  html.open("div", {{"class", "columns"}});
  show_vantage(page, facts.now);
  show_holds(page, facts);
  if (!facts.recent.empty()) {
    page.begin_section("Recently closed");
    list_briefly(page, facts.recent);
    page.end_section();
  }
  html.close("div");
  return page.end();
}

}  // namespace mxsweep::pages
