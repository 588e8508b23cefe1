// SPDX-License-Identifier: MIT
// The page of a group.
#include <fmt/format.h>

#include <string>
#include <string_view>

#include "pages/charts.h"
#include "pages/page.h"
#include "pages/parts.h"
#include "pages/words.h"

namespace mxsweep::pages {
namespace {

void show_level(Page& page, const view::Level& level) {
  Html& html = page.html;
  page.begin_section(
      "Objective",
      fmt::format(
          "{} up in {}", percent(level.target),
          span_in_words(std::chrono::duration_cast<std::chrono::microseconds>(level.window))));
  html.open("dl", {{"class", "figures"}});
  const auto figure = [&](std::string_view term, std::string_view text) {
    define(page, term, text);
  };
  figure("Budget left", level.budget_left >= 0 ? percent(level.budget_left)
                                               : "overdrawn by " + percent(-level.budget_left));
  figure("Burn of the last hour", fmt::format("{:.1f} \xc3\x97", level.burn_hour));
  figure("Burn of the last day", fmt::format("{:.1f} \xc3\x97", level.burn_day));
  html.close("dl");
  html.put("p", "1 \xc3\x97 uses up the budget exactly at the end of the window.",
           {{"class", "soft"}});
  page.end_section();
}

std::string sentence_of(const view::Counts& counts) {
  if (counts.monitors == 0) return "no monitors";
  if (counts.up == counts.monitors) {
    return counts.monitors == 1 ? "its monitor is up"
                                : fmt::format("all {} monitors are up", grouped(counts.monitors));
  }
  if (counts.down > 0) {
    return fmt::format("{} of {} down", grouped(counts.down),
                       counted_grouped(counts.monitors, "monitor"));
  }
  if (counts.degraded > 0) {
    return fmt::format("{} of {} degraded", grouped(counts.degraded),
                       counted_grouped(counts.monitors, "monitor"));
  }
  return fmt::format("{} of {} up", grouped(counts.up),
                     counted_grouped(counts.monitors, "monitor"));
}

}  // namespace

std::string group(const view::GroupPage& facts, const Audience& audience) {
  const view::GroupFacts& group = facts.group;
  const std::string name = cut(group.name, 200);
  const std::string_view mood = class_of(worst(group.counts));
  Page page(audience, &facts.now,
            {Place::Kind::group, group.name, facts.first / kMonitorsOfPage + 1},
            fmt::format("{}: {}", name, sentence_of(group.counts)), mood);
  Html& html = page.html;
  page.begin_hero(mood, "Group", fmt::format("{}: {}", name, sentence_of(group.counts)));
  list_counts(page, group.counts);
  if (group.interval > Duration{0}) {
    html.put(
        "p",
        "Probed every " +
            span_in_words(std::chrono::duration_cast<std::chrono::microseconds>(group.interval)) +
            ".",
        {{"class", "soft"}});
  }
  page.end_hero();
  if (!facts.incidents.empty()) {
    page.begin_section("Open incidents");
    list_incidents(page, facts.incidents);
    page.end_section();
  }
  page.begin_section("The last 90 days");
  draw_days(page, group.days);
  draw_days_legend(page);
  list_days(page, group.days);
  page.end_section();
  if (group.level) show_level(page, *group.level);
  if (audience.targets && !facts.monitors.empty()) {
    page.begin_section("Monitors", "the worst first");
    list_monitors(page, facts.monitors);
    page.turn_pages(facts.first, static_cast<std::uint32_t>(facts.monitors.size()), facts.all,
                    kMonitorsOfPage, "Monitors");
    page.end_section();
  }
  return page.end();
}

}  // namespace mxsweep::pages
