// SPDX-License-Identifier: MIT
// Lists that several pages have.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "mxsweep/view/facts.h"
#include "pages/page.h"

namespace mxsweep::pages {

// What these readers may know of an incident.
[[nodiscard]] std::string headline_of(const view::IncidentFacts& facts, const Audience& audience);
// "400 hosts in 192.0.2.0/24 down since 10:02": as a part of a sentence.
[[nodiscard]] std::string short_sentence(const view::IncidentFacts& facts, const Audience& audience,
                                         WallTime now);
// Whether it is about servers, and not about the monitor itself, nor a notice.
[[nodiscard]] bool is_of_servers(watch::IncidentKind kind);
// "down", "over": what is said of its state.
[[nodiscard]] std::string_view word_of(const watch::Incident& incident);

void list_counts(Page& page, const view::Counts& counts);
// As cards, with blame, beginning, groups and acknowledgement.
void list_incidents(Page& page, std::span<const view::IncidentFacts> incidents);
// In a few words each.
void list_briefly(Page& page, std::span<const view::IncidentFacts> incidents,
                  std::string_view css_class = "list");
// The monitor by this name, as a link if it has a page.
void link_monitor(Page& page, const view::MonitorLine& line, std::string_view name,
                  std::size_t octets_max);
void list_monitors(Page& page, std::span<const view::MonitorLine> monitors);
void list_timeline(Page& page, std::span<const watch::TimelineRow> timeline, bool with_monitor);
// What was received, of each record that can be read.
void show_transcripts(Page& page, std::span<const watch::EvidenceRow> evidence);
void begin_table(Page& page, std::string_view css_class,
                 std::initializer_list<std::string_view> headings);
void end_table(Page& page);
// A cell; `heading`: of its column, for where rows are cards.
void cell(Page& page, std::string_view heading, std::string_view text,
          std::string_view css_class = {});
// "20 days left", in its colour.
void show_expiry(Page& page, watch::Expiry expiry, WallTime not_after);
// A row of a definition list.
void define(Page& page, std::string_view term, std::string_view text);

// "mx1.example.net:25 (192.0.2.1)"
[[nodiscard]] std::string name_of(const view::MonitorLine& line);

}  // namespace mxsweep::pages
