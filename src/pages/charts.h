// SPDX-License-Identifier: MIT
// Pictures, as SVG in the page with their words beside them.
#pragma once

#include <array>
#include <optional>
#include <span>

#include "mxsweep/view/facts.h"
#include "mxsweep/view/monitor_facts.h"
#include "pages/page.h"

namespace mxsweep::pages {

using Days = std::array<view::Day, view::kDays>;

enum class DayKind : std::uint8_t { up, some, much, dark, none };
[[nodiscard]] DayKind kind_of(const view::Day& day);
[[nodiscard]] std::optional<double> uptime_of(const Days& days);

// 90 days as bars, with the uptime beside them.
void draw_days(Page& page, const Days& days);
void draw_days_legend(Page& page);
// The same as a table, folded.
void list_days(Page& page, const Days& days);

// The phases of a probe, each where it lies in the whole.
void draw_laps(Page& page, const view::ProbeFacts& probe);
// A chart for each phase that has times, and the numbers in a folded table.
void draw_bands(Page& page, std::span<const view::Band> bands);

[[nodiscard]] std::string_view word_of(view::Lap lap);

}  // namespace mxsweep::pages
