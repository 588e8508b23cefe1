// SPDX-License-Identifier: MIT
#include "pages/page.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "pages/icon.h"
#include "pages/words.h"

namespace mxsweep::pages {
namespace {

constexpr std::size_t kHeadingOctetsMax = 160;
constexpr std::uint32_t kRefreshSeconds = 60;  // What is offered.

}  // namespace

Page::Page(const Audience& readers, const view::Now* facts, const Place& own,
           std::string_view title, std::string_view mood)
    : links(readers.files, own), audience(readers), now(facts), place(own) {
  html.raw("<!DOCTYPE html>\n").open("html", {{"lang", "en"}});
  head(title, mood);
  html.open("body");
  html.put("a", "Skip to the content", {{"class", "skip"}, {"href", "#main"}});
  top();
  const bool blind = now != nullptr && now->sight == watch::Sight::blind;
  html.open("main", {{"id", "main"}, {"class", blind ? "blind" : ""}});
  if (now != nullptr) alarms();
}

void Page::head(std::string_view title, std::string_view mood) {
  html.open("head").alone("meta", {{"charset", "utf-8"}});
  html.put("title", fmt::format("{} \xe2\x80\x93 mxsweep", title));
  html.alone("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  html.alone("meta", {{"name", "color-scheme"}, {"content", "light dark"}});
  html.alone("meta", {{"name", "robots"}, {"content", "noindex"}});
  html.alone("meta", {{"name", "referrer"}, {"content", "same-origin"}});
  html.alone("link", {{"rel", "icon"}, {"href", icon_of(mood)}});
  if (now != nullptr) {
    html.alone("link", {{"rel", "alternate"},
                        {"type", "application/atom+xml"},
                        {"title", "Incidents"},
                        {"href", links.to({Place::Kind::feed})}});
  }
  // Not escaped: the hash of the policy is of these octets, which have no end tag in them.
  html.open("style").raw(style_sheet()).close("style").close("head");
}

void Page::top() {
  struct Entry {
    Place::Kind kind;
    std::string_view text;
  };
  html.open("header").open("nav", {{"aria-label", "Pages"}}).open("ul");
  for (const Entry& entry :
       {Entry{Place::Kind::overview, "Overview"}, Entry{Place::Kind::incidents, "Incidents"},
        Entry{Place::Kind::certificates, "Certificates"}}) {
    if (entry.kind == Place::Kind::certificates && !audience.targets) continue;
    const bool here = now != nullptr && entry.kind == place.kind;
    html.open("li").put("a", entry.text,
                        {{"href", links.to({entry.kind})}, {"aria-current", here ? "page" : ""}});
    html.close("li");
  }
  // A browser asks for the token only where it is refused without: there, and then it has it.
  if (!audience.targets && audience.sign_in) {
    html.open("li").put("a", "Sign in", {{"href", path_of({Place::Kind::certificates})}});
    html.close("li");
  }
  html.close("ul").close("nav");
  if (now != nullptr) {
    html.open("p", {{"class", "seen"}}).text("Observed at ");
    html.put("time", time_of_day(now->at) + " UTC", {{"datetime", rfc3339(now->at)}});
    html.close("p");
  }
  html.close("header");
}

// What is wrong with the monitor itself: what follows may be wrong, too.
void Page::alarms() {
  const auto alarm = [this](std::string_view mood, std::string_view what, std::string_view detail) {
    html.open("p", {{"class", fmt::format("alarm {}", mood)}}).put("strong", what);
    if (!detail.empty()) html.text(" ").text(cut(detail, 400));
    html.close("p");
  };
  if (audience.expires != WallTime{}) {
    html.open("p", {{"class", "expires"}}).text("Written at ");
    time(now->at);
    html.text(" UTC. If it is later than ");
    time(audience.expires);
    html.text(" UTC, this page is stale: the monitor has stopped.").close("p");
  } else {
    // Becomes visible by itself, three minutes after the page was loaded.
    html.put("p",
             "This page was loaded more than three minutes ago: what it shows may have changed. "
             "Load it again.",
             {{"class", "stale"}});
  }
  if (now->sight == watch::Sight::blind) {
    alarm("unknown",
          "This monitor is blind: its own network does not work, so nothing can be said "
          "of any server.",
          now->sight_text.empty() ? "" : now->sight_text + ".");
  } else if (now->sight == watch::Sight::doubtful) {
    alarm("unknown", "This monitor doubts its own network:",
          now->sight_text.empty() ? "it is being checked." : now->sight_text + ".");
  }
  if (!now->trouble.empty()) {
    alarm("degraded",
          audience.targets ? "The monitor itself has trouble:" : "The monitor itself has trouble.",
          audience.targets ? std::string_view(now->trouble) : std::string_view());
  }
  if (now->reload_problem) {
    alarm("degraded",
          audience.targets
              ? "The latest configuration was not accepted; the one before it is in use:"
              : "The latest configuration was not accepted; the one before it is in use.",
          audience.targets ? std::string_view(*now->reload_problem) : std::string_view());
  }
}

void Page::footer() {
  html.open("footer");
  if (now != nullptr) {
    html.open("p").text("These facts were true at ");
    html.put("time", date_of(now->at) + ' ' + time_of_day(now->at),
             {{"datetime", rfc3339(now->at)}});
    html.text(". All times are UTC.").close("p");
  }
  html.open("ul");
  if (now != nullptr && !audience.files) {
    const std::string page = place.page > 1 ? fmt::format("page={}", place.page) : "";
    const std::string refresh = fmt::format("refresh={}", kRefreshSeconds);
    html.open("li");
    if (audience.refresh == 0) {
      html.put("a", fmt::format("Reload every {} s", kRefreshSeconds),
               {{"href", '?' + page + (page.empty() ? "" : "&") + refresh}});
    } else {
      html.text(fmt::format("Reloads every {} s. ", audience.refresh));
      html.put("a", "Stop reloading", {{"href", page.empty() ? path_of(place) : '?' + page}});
    }
    html.close("li");
  }
  if (now != nullptr) {
    html.open("li")
        .put("a", "Feed of incidents", {{"href", links.to({Place::Kind::feed})}})
        .close("li");
  }
  html.open("li").text("mxsweep watch").close("li").close("ul").close("footer");
}

std::string Page::end() {
  html.close("main");
  footer();
  html.close("body").close("html").raw("\n");
  return html.end();
}

void Page::time(WallTime time) {
  html.put("time", short_time(time, at()), {{"datetime", rfc3339(time)}});
}

void Page::time_ago(WallTime when) {
  time(when);
  html.text(fmt::format(" ({})", span_in_words(at() - when)));
}

void Page::exact_time(WallTime time) {
  html.put("time", short_time(time, at()) + time_of_day(time).substr(5),
           {{"datetime", rfc3339(time)}});
}

void Page::state(std::string_view css_class, std::string_view word) {
  html.put("span", word, {{"class", fmt::format("s {}", css_class)}});
}

void Page::begin_hero(std::string_view mood, std::string_view kind, std::string_view heading) {
  html.open("div", {{"class", fmt::format("hero {}", mood)}});
  if (!kind.empty()) html.put("p", kind, {{"class", "kind"}});
  html.put("h1", cut(heading, kHeadingOctetsMax));
}

void Page::begin_section(std::string_view heading, std::string_view note) {
  html.open("section").open("h2").text(heading);
  if (!note.empty()) html.text(" ").put("small", note);
  html.close("h2");
}

void Page::turn_pages(std::uint32_t first, std::uint32_t shown, std::uint32_t all,
                      std::uint32_t rows_of_page, std::string_view noun) {
  if (all <= rows_of_page && first == 0) return;
  const std::uint32_t number = first / rows_of_page + 1;
  const auto turn = [&](std::uint32_t page, std::string_view rel, std::string_view text) {
    Place to = place;
    to.page = page;
    html.put("a", text, {{"rel", rel}, {"href", links.to(to)}});
  };
  html.open("nav", {{"class", "turn"}, {"aria-label", fmt::format("Pages of {}", noun)}});
  if (number > 1) turn(number - 1, "prev", "Previous");
  html.put("span", fmt::format("{} {} to {} of {}", noun, grouped(std::min(first + 1, all)),
                               grouped(first + shown), grouped(all)));
  if (first + shown < all) turn(number + 1, "next", "Next");
  html.close("nav");
}

}  // namespace mxsweep::pages
