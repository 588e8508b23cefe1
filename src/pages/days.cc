// SPDX-License-Identifier: MIT
// Days as bars.
#include <fmt/format.h>

#include <chrono>
#include <string>
#include <string_view>

#include "pages/charts.h"
#include "pages/words.h"

namespace mxsweep::pages {
namespace {

// Of the observed time of a day. A moment of one monitor in thousands does not mark a day.
constexpr double kSomeDown = 0.0001;
constexpr double kMuchDown = 0.01;

constexpr int kDayHeight = 28;
struct Look {
  DayKind kind;
  std::string_view css_class;
  int height;  // The taller, the worse: seen without colours, too.
  std::string_view word;
};
constexpr std::array<Look, 5> kLooks{{{DayKind::up, "d-up", 15, "up"},
                                      {DayKind::some, "d-some", 21, "some downtime"},
                                      {DayKind::much, "d-much", 28, "down for 1 % or more"},
                                      {DayKind::dark, "d-dark", 7, "not observed"},
                                      {DayKind::none, "d-none", 2, "no data"}}};

// A run of days of one kind is one line, as thick as the bars are high, with gaps by its dashes.
std::string path_of(const Days& days, const Look& look) {
  std::string path;
  const double middle = kDayHeight - look.height / 2.0;
  for (std::size_t i = 0; i < days.size();) {
    const std::size_t begin = i;
    while (i < days.size() && kind_of(days[i]) == look.kind) ++i;
    if (i == begin) {
      ++i;
      continue;
    }
    path += fmt::format("M{} {}h{}", 4 * begin, middle, 4 * (i - begin) - 1);
  }
  return path;
}

std::size_t count_of(const Days& days, DayKind kind) {
  std::size_t count = 0;
  for (const view::Day& day : days) count += kind_of(day) == kind ? 1U : 0U;
  return count;
}

void draw_path(Page& page, const Look& look, std::string_view path) {
  page.html.alone(
      "path",
      {{"class", look.css_class}, {"stroke-width", std::to_string(look.height)}, {"d", path}});
}

std::string_view kind_word(DayKind kind) { return kLooks[static_cast<std::size_t>(kind)].word; }

}  // namespace

DayKind kind_of(const view::Day& day) {
  if (day.whole() <= std::chrono::microseconds{0}) return DayKind::none;
  const std::optional<double> up = view::uptime(day);
  if (!up || day.unobserved * 2 > day.whole()) return DayKind::dark;
  if (1 - *up < kSomeDown) return DayKind::up;
  return 1 - *up < kMuchDown ? DayKind::some : DayKind::much;
}

std::optional<double> uptime_of(const Days& days) {
  view::Day sum;
  for (const view::Day& day : days) {
    sum.up += day.up;
    sum.down += day.down;
  }
  return view::uptime(sum);
}

void draw_days(Page& page, const Days& days) {
  const std::size_t known = days.size() - count_of(days, DayKind::none);
  std::string text;
  for (const Look& look : kLooks) {
    const std::size_t count = count_of(days, look.kind);
    if (count == 0) continue;
    text +=
        fmt::format("{}{}: {}", text.empty() ? "" : ", ", look.word, counted_grouped(count, "day"));
  }
  page.html.open("svg", {{"class", "days"},
                         {"role", "img"},
                         {"viewBox", fmt::format("0 0 {} {}", 4 * view::kDays - 1, kDayHeight)},
                         {"preserveAspectRatio", "none"}});
  page.html.put("title", "90 days: " + text);
  for (const Look& look : kLooks) {
    const std::string path = path_of(days, look);
    if (!path.empty()) draw_path(page, look, path);
  }
  page.html.close("svg");
  page.html.open("p", {{"class", "scale"}});
  page.html.put("span", known == days.size() ? "90 days ago"
                        : known == 0         ? "No data yet"
                                             : counted_grouped(known, "day") + " of data");
  if (const auto up = uptime_of(days)) page.html.put("span", "up " + percent(*up));
  page.html.put("span", "today").close("p");
}

void draw_days_legend(Page& page) {
  page.html.open("ul", {{"class", "legend"}, {"aria-label", "What the bars of days mean"}});
  for (const Look& look : kLooks) {
    page.html.open("li").open(
        "svg", {{"aria-hidden", "true"}, {"viewBox", fmt::format("0 0 5 {}", kDayHeight)}});
    draw_path(page, look, fmt::format("M0 {}h5", kDayHeight - look.height / 2.0));
    page.html.close("svg").text(look.word).close("li");
  }
  page.html.close("ul");
}

void list_days(Page& page, const Days& days) {
  if (count_of(days, DayKind::none) == days.size()) return;
  Html& html = page.html;
  html.open("details").put("summary", "The days as a table");
  html.open("div", {{"class", "scroll"},
                    {"role", "region"},
                    {"aria-label", "Table of days"},
                    {"tabindex", "0"}});
  html.open("table").open("thead").open("tr");
  for (const std::string_view heading :
       {"Day", "What", "Up", "Down", "Not observed", "Maintenance"}) {
    html.put("th", heading, {{"scope", "col"}});
  }
  html.close("tr").close("thead").open("tbody");
  const auto today = std::chrono::floor<std::chrono::days>(page.at());
  for (std::size_t i = days.size(); i-- > 0;) {
    const view::Day& day = days[i];
    if (kind_of(day) == DayKind::none) continue;
    const auto ago = std::chrono::days{days.size() - 1 - i};
    html.open("tr").put("th", date_of(today - ago), {{"scope", "row"}});
    html.put("td", kind_word(kind_of(day)));
    const auto up = view::uptime(day);
    html.put("td", up ? percent(*up) : "");
    for (const std::chrono::microseconds time : {day.down, day.unobserved, day.maintenance}) {
      html.put("td", time.count() == 0 ? "" : span_in_words(time));
    }
    html.close("tr");
  }
  html.close("tbody").close("table").close("div").close("details");
}

}  // namespace mxsweep::pages
