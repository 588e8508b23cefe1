// SPDX-License-Identifier: MIT
// The frame of every page: head, header, what is wrong with the monitor itself, and footer.
#pragma once

#include <string>
#include <string_view>

#include "mxsweep/pages/pages.h"
#include "pages/html.h"
#include "pages/links.h"

namespace mxsweep::pages {

// The style sheet, exactly as it stands in a page.
[[nodiscard]] const std::string& style_sheet();

class Page {
 public:
  // `now`: null for notices, which are about no facts. `mood`: a class of the style sheet, for the
  // icon: "up", "degraded", "down" or "unknown". Opens <main>.
  Page(const Audience& audience, const view::Now* now, const Place& place, std::string_view title,
       std::string_view mood);

  Html html;
  const Links links;
  const Audience& audience;
  const view::Now* const now;
  const Place place;

  [[nodiscard]] WallTime at() const { return now == nullptr ? WallTime{} : now->at; }
  // A moment, as <time>; with how long ago it was.
  void time(WallTime time);
  void time_ago(WallTime time);
  // To the second, where moments stand below each other.
  void exact_time(WallTime time);
  // Shape, word and colour.
  void state(std::string_view css_class, std::string_view word);
  // The heading of a page with its colour; then its sentences.
  void begin_hero(std::string_view mood, std::string_view kind, std::string_view heading);
  void end_hero() { html.close("div"); }
  void begin_section(std::string_view heading, std::string_view note = {});
  void end_section() { html.close("section"); }
  // "Rows 101 to 200 of 2,113", and links to the previous and the next ones.
  void turn_pages(std::uint32_t first, std::uint32_t shown, std::uint32_t all,
                  std::uint32_t rows_of_page, std::string_view noun);
  [[nodiscard]] std::string end();

 private:
  void head(std::string_view title, std::string_view mood);
  void top();
  void alarms();
  void footer();
};

}  // namespace mxsweep::pages
