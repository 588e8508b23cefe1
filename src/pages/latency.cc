// SPDX-License-Identifier: MIT
// The phases of a probe, and how long they took over time.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "pages/charts.h"
#include "pages/words.h"

namespace mxsweep::pages {
namespace {

using view::Band;
using view::kLaps;
using view::Lap;
using view::Quantiles;

constexpr double kWidth = 480;
constexpr double kHeight = 96;

double seconds_of(Duration duration) { return std::chrono::duration<double>(duration).count(); }

const Quantiles& lap_of(const Band& band, Lap lap) {
  return band.laps[static_cast<std::size_t>(lap)];
}

// The lines of one phase, from the moment of the first band to the end of the last one.
class Chart {
 public:
  Chart(std::span<const Band> bands, Lap lap) : bands_(bands), lap_(lap) {
    for (const Band& band : bands) {
      const Quantiles& quantiles = lap_of(band, lap);
      if (quantiles.count > 0) top_ = std::max(top_, quantiles.p90);
    }
  }

  [[nodiscard]] Duration top() const { return top_; }
  [[nodiscard]] bool empty() const { return top_ <= Duration{0}; }

  // From the 10th to the 90th percentile: an area for each run of bands with times. The median: a
  // line over the same runs.
  void draw(std::string& areas, std::string& medians) const {
    for (std::size_t i = 0; i < bands_.size();) {
      const std::size_t begin = i;
      while (i < bands_.size() && lap_of(bands_[i], lap_).count > 0) ++i;
      if (i == begin) {
        ++i;
        continue;
      }
      draw_run(bands_.subspan(begin, i - begin), areas, medians);
    }
  }

  // A mark at the foot for each band with failures.
  [[nodiscard]] std::string failures() const {
    std::string path;
    for (const Band& band : bands_) {
      if (band.failed > 0) path += fmt::format("M{:.0f} {}v-10", middle(band), kHeight);
    }
    return path;
  }

 private:
  [[nodiscard]] double x(WallTime time) const {
    const auto whole = bands_.back().from +
                       std::chrono::duration_cast<std::chrono::microseconds>(bands_.back().lasts) -
                       bands_.front().from;
    const std::chrono::duration<double> at = time - bands_.front().from;
    return kWidth * at.count() / std::max(std::chrono::duration<double>(whole).count(), 1e-6);
  }
  [[nodiscard]] double end(const Band& band) const {
    return x(band.from + std::chrono::duration_cast<std::chrono::microseconds>(band.lasts));
  }
  [[nodiscard]] double middle(const Band& band) const { return (x(band.from) + end(band)) / 2; }
  [[nodiscard]] double y(Duration duration) const {
    return kHeight * (1 - 0.94 * std::min(seconds_of(duration) / seconds_of(top_), 1.0));
  }

  void draw_run(std::span<const Band> run, std::string& areas, std::string& medians) const {
    std::string upper =
        fmt::format("{:.0f} {:.1f}", x(run.front().from), y(lap_of(run.front(), lap_).p90));
    std::string lower;
    std::string median =
        fmt::format("M{:.0f} {:.1f}", x(run.front().from), y(lap_of(run.front(), lap_).p50));
    const auto add = [&](double at, const Quantiles& quantiles) {
      upper += fmt::format("L{:.0f} {:.1f}", at, y(quantiles.p90));
      lower.insert(0, fmt::format("L{:.0f} {:.1f}", at, y(quantiles.p10)));
      median += fmt::format("L{:.0f} {:.1f}", at, y(quantiles.p50));
    };
    lower = fmt::format("L{:.0f} {:.1f}", x(run.front().from), y(lap_of(run.front(), lap_).p10));
    for (const Band& band : run) add(middle(band), lap_of(band, lap_));
    add(end(run.back()), lap_of(run.back(), lap_));
    areas += 'M' + upper + lower + 'z';
    medians += median;
  }

  std::span<const Band> bands_;
  Lap lap_;
  Duration top_{};
};

void draw_chart(Page& page, std::span<const Band> bands, Lap lap) {
  const Chart chart(bands, lap);
  if (chart.empty()) return;
  Html& html = page.html;
  const auto last = std::ranges::find_if(
      bands.rbegin(), bands.rend(), [&](const Band& band) { return lap_of(band, lap).count > 0; });
  const Quantiles& now = lap_of(*last, lap);
  const std::string words = fmt::format("median {}, 10 % to 90 %: {} to {}", milliseconds(now.p50),
                                        milliseconds(now.p10), milliseconds(now.p90));
  html.open("figure").open("figcaption").put("b", word_of(lap));
  html.put("span", "median " + milliseconds(now.p50)).close("figcaption");
  html.open("figcaption").put("span", milliseconds(chart.top())).close("figcaption");
  html.open("svg", {{"class", "chart"},
                    {"role", "img"},
                    {"viewBox", fmt::format("0 0 {} {}", kWidth, kHeight)},
                    {"preserveAspectRatio", "none"}});
  html.put("title", fmt::format("{}: {}", word_of(lap), words));
  html.put("desc",
           "The line is the median, the area reaches from the 10th to the 90th percentile; "
           "a mark at the foot shows failures. The numbers are in the table below.");
  std::string areas;
  std::string medians;
  chart.draw(areas, medians);
  html.alone("path", {{"class", "band"}, {"d", areas}});
  html.alone("path", {{"class", "median"}, {"d", medians}});
  const std::string failures = chart.failures();
  if (!failures.empty()) html.alone("path", {{"class", "failed"}, {"d", failures}});
  html.close("svg").open("figcaption").open("span");
  page.time(bands.front().from);
  html.close("span").open("span");
  page.time(bands.back().from +
            std::chrono::duration_cast<std::chrono::microseconds>(bands.back().lasts));
  html.close("span").close("figcaption").close("figure");
}

void list_bands(Page& page, std::span<const Band> bands) {
  Html& html = page.html;
  html.open("details").put("summary", "The times as a table");
  html.open("div", {{"class", "scroll"},
                    {"role", "region"},
                    {"aria-label", "Table of times"},
                    {"tabindex", "0"}});
  html.open("table").open("thead").open("tr").put("th", "From", {{"scope", "col"}});
  for (std::size_t lap = 0; lap < kLaps; ++lap) {
    html.put("th", fmt::format("{}: median (10 % to 90 %)", word_of(static_cast<Lap>(lap))),
             {{"scope", "col"}});
  }
  html.put("th", "Failed", {{"scope", "col"}});
  html.close("tr").close("thead").open("tbody");
  for (const Band& band : bands) {
    html.open("tr").open("th", {{"scope", "row"}});
    page.time(band.from);
    html.close("th");
    for (const Quantiles& lap : band.laps) {
      html.put("td", lap.count == 0 ? ""
                                    : fmt::format("{} ({} to {})", milliseconds(lap.p50),
                                                  milliseconds(lap.p10), milliseconds(lap.p90)));
    }
    html.put("td", band.failed == 0 ? "" : grouped(band.failed)).close("tr");
  }
  html.close("tbody").close("table").close("div").close("details");
}

}  // namespace

std::string_view word_of(Lap lap) {
  switch (lap) {
    case Lap::connect: return "Connect";
    case Lap::greeting: return "Greeting";
    case Lap::ehlo: return "EHLO";
    case Lap::tls: return "TLS";
    case Lap::total: break;
  }
  return "Total";
}

void draw_laps(Page& page, const view::ProbeFacts& probe) {
  Html& html = page.html;
  Duration sum{};
  for (std::size_t lap = 0; lap + 1 < kLaps; ++lap) sum += probe.laps[lap];
  const double whole = std::max(seconds_of(std::max(probe.laps.back(), sum)), 1e-9);
  html.open("table", {{"class", "steps"}});
  html.open("thead").open("tr").put("th", "Phase", {{"scope", "col"}});
  html.put("th", "When", {{"scope", "col"}});
  html.put("th", "Time", {{"scope", "col"}, {"class", "n"}}).close("tr").close("thead");
  html.open("tbody");
  double begin = 0;
  for (std::size_t i = 0; i < kLaps; ++i) {
    const Duration lap = probe.laps[i];
    const bool total = i + 1 == kLaps;
    html.open("tr").put("th", word_of(static_cast<Lap>(i)), {{"scope", "row"}}).open("td");
    const double width = 100 * seconds_of(lap) / whole;
    html.open("svg", {{"class", "bar"},
                      {"aria-hidden", "true"},
                      {"viewBox", "0 0 100 4"},
                      {"preserveAspectRatio", "none"}});
    html.alone("rect", {{"class", "rail"}, {"y", "1.5"}, {"width", "100"}, {"height", "1"}});
    if (lap > Duration{0}) {
      html.alone("rect", {{"class", "lap"},
                          {"x", fmt::format("{:.2f}", total ? 0 : begin)},
                          {"width", fmt::format("{:.2f}", std::max(width, 0.4))},
                          {"height", "4"}});
    }
    html.close("svg").close("td");
    html.put("td", lap > Duration{0} ? milliseconds(lap) : "not reached", {{"class", "n"}});
    html.close("tr");
    begin += width;
  }
  html.close("tbody").close("table");
}

void draw_bands(Page& page, std::span<const Band> bands) {
  if (bands.empty()) return;
  page.html.open("div", {{"class", "cards charts"}});
  for (std::size_t lap = 0; lap < kLaps; ++lap) draw_chart(page, bands, static_cast<Lap>(lap));
  page.html.close("div");
  list_bands(page, bands);
}

}  // namespace mxsweep::pages
