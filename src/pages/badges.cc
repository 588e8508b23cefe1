// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>

#include "mxsweep/core/utf8.h"
#include "mxsweep/pages/pages.h"
#include "mxsweep/results/json_object.h"
#include "pages/html.h"
#include "pages/words.h"

namespace mxsweep::pages {
namespace {

constexpr std::size_t kOctetsMax = 60;  // Of a half.
constexpr double kBadgeHeight = 20;
constexpr double kMargin = 6;

std::string_view colour_word(Badge::Colour colour) {
  switch (colour) {
    case Badge::Colour::good: return "brightgreen";
    case Badge::Colour::warning: return "orange";
    case Badge::Colour::bad: return "red";
    case Badge::Colour::grey: break;
  }
  return "lightgrey";
}

// White upon each of them has a contrast of at least 4.5.
std::string_view paint_of(Badge::Colour colour) {
  switch (colour) {
    case Badge::Colour::good: return "#14714a";
    case Badge::Colour::warning: return "#8f5200";
    case Badge::Colour::bad: return "#b81d18";
    case Badge::Colour::grey: break;
  }
  return "#5c636b";
}

// About what Verdana takes with 11 px, rather more than less: the text is fitted to it.
double width_of(std::string_view text) {
  double width = 0;
  for (const char c : text) {
    if (continues_character(c)) continue;
    if (is_beyond_ascii(c) || c == '%' || c == 'm' || c == 'w' || c == 'M' || c == 'W' ||
        c == '@') {
      width += 11;
    } else if (std::string_view(" .,:;!|'`()[]fijlrtI-").find(c) != std::string_view::npos) {
      width += 4.6;
    } else {
      width += c >= 'A' && c <= 'Z' ? 8 : 7;
    }
  }
  return width;
}

void write_half(Html& xml, std::string_view text, double begin, double width) {
  xml.put("text", text,
          {{"x", fmt::format("{:.1f}", begin + width / 2)},
           {"y", "14"},
           {"textLength", text.empty() ? "" : fmt::format("{:.1f}", width_of(text))},
           {"lengthAdjust", text.empty() ? "" : "spacingAndGlyphs"}});
}

Badge::Colour colour_of(watch::State state) {
  switch (state) {
    case watch::State::up: return Badge::Colour::good;
    case watch::State::degraded: return Badge::Colour::warning;
    case watch::State::down: return Badge::Colour::bad;
    case watch::State::unknown: break;
  }
  return Badge::Colour::grey;
}

// What was seen last is not true for ever: of the time when we see nothing, nothing is said.
bool is_blind(const view::Now& now) { return now.sight == watch::Sight::blind; }

}  // namespace

Badge status_badge(std::string_view label, const view::MonitorPage& facts) {
  if (is_blind(facts.now) || facts.monitor.unobserved) {
    return {std::string(label), "not observed", Badge::Colour::grey};
  }
  return {std::string(label), std::string(to_string(facts.monitor.state)),
          colour_of(facts.monitor.state)};
}

Badge uptime_badge(std::string_view label, std::optional<double> uptime) {
  if (!uptime) return {std::string(label), "no data", Badge::Colour::grey};
  const Badge::Colour colour = *uptime >= 0.999  ? Badge::Colour::good
                               : *uptime >= 0.99 ? Badge::Colour::warning
                                                 : Badge::Colour::bad;
  return {std::string(label), percent(*uptime), colour};
}

Badge latency_badge(std::string_view label, const view::MonitorPage& facts) {
  if (is_blind(facts.now) || !facts.last || facts.last->unobserved ||
      facts.last->laps.back() <= Duration{0}) {
    return {std::string(label), "no data", Badge::Colour::grey};
  }
  // A failure's time is how long we waited.
  if (facts.last->cause != Cause::none && outranks(Outcome::degraded, facts.last->outcome)) {
    return {std::string(label), std::string(to_string(facts.last->outcome)), Badge::Colour::bad};
  }
  return {std::string(label), milliseconds(facts.last->laps.back()), Badge::Colour::good};
}

Badge group_badge(std::string_view label, const view::Counts& counts) {
  const Badge::Colour colour = colour_of(worst(counts));
  std::string text = "no data";
  if (counts.down > 0) {
    text = fmt::format("{} of {} down", grouped(counts.down), grouped(counts.monitors));
  } else if (counts.degraded > 0) {
    text = fmt::format("{} of {} degraded", grouped(counts.degraded), grouped(counts.monitors));
  } else if (counts.up > 0) {
    text = fmt::format("{} up", grouped(counts.up));
  }
  return {std::string(label), text, colour};
}

std::string svg(const Badge& badge) {
  const std::string label = cut(badge.label, kOctetsMax);
  const std::string text = cut(badge.text, kOctetsMax);
  const double left = label.empty() ? 0 : width_of(label) + 2 * kMargin;
  const double right = width_of(text) + 2 * kMargin;
  const std::string whole = fmt::format("{:.1f}", left + right);
  const std::string name = label.empty() ? text : label + ": " + text;
  const std::string height = fmt::format("{}", kBadgeHeight);
  Html xml;
  xml.open("svg", {{"xmlns", "http://www.w3.org/2000/svg"},
                   {"width", whole},
                   {"height", height},
                   {"role", "img"},
                   {"aria-label", name}});
  xml.put("title", name);
  xml.alone("rect", {{"width", whole}, {"height", height}, {"rx", "3"}, {"fill", "#3a3f45"}});
  // The right half has round corners on its outer side only.
  xml.alone("path", {{"fill", paint_of(badge.colour)},
                     {"d", fmt::format("M{:.1f} 0H{:.1f}a3 3 0 0 1 3 3V17a3 3 0 0 1-3 3H{:.1f}z",
                                       left, left + right - 3, left)}});
  xml.open("g", {{"fill", "#fff"},
                 {"text-anchor", "middle"},
                 {"font-family", "Verdana,DejaVu Sans,Geneva,sans-serif"},
                 {"font-size", "11"}});
  if (!label.empty()) write_half(xml, label, 0, left);
  write_half(xml, text, left, right);
  xml.close("g").close("svg").raw("\n");
  return xml.end();
}

std::string shields_json(const Badge& badge) {
  return results::JsonObject()
      .number("schemaVersion", 1)
      .text("label", badge.label)
      .text("message", badge.text)
      .text("color", colour_word(badge.colour))
      .end();
}

}  // namespace mxsweep::pages
