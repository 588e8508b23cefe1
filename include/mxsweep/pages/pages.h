// SPDX-License-Identifier: MIT
// Writes the status page: HTML, badges and the feed of incidents, from facts. Pure.
//
//   Source    HTML; SVG 1.1; RFC 4287 (Atom); shields.io's endpoint schema; WCAG 2.2, level AA.
//   Shape     each page is whole: no script, no asset, one style sheet inside it, which the
//             Content-Security-Policy names by its hash. A state is a shape, a word and a colour.
//   Audience  without `targets` no name, address or text of a server is in a page, and its links
//             lead to none.
//   Errors    none: octets of peers are escaped; what is not UTF-8 is shown as U+FFFD.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "mxsweep/core/time.h"
#include "mxsweep/view/facts.h"
#include "mxsweep/view/monitor_facts.h"

namespace mxsweep::pages {

struct Audience {
  bool targets = false;  // May see names, addresses and what servers said.
  bool sign_in = false;  // There is a token, with which they would.
  bool monitors = true;  // There are pages of single monitors.
  // The path and query of a form that acknowledges this incident; empty: may not. Null: no one may.
  std::function<std::string(watch::IncidentId)> acknowledge{};
  bool files = false;  // Pages are files of a folder: links are relative and end in ".html".
  WallTime expires{};  // Of files: when they must have been written anew. Else zero.
  std::string url{};   // The address of the site, for feeds; may be empty.
  std::uint32_t refresh =
      0;  // Seconds, as the page was asked for; 0: it does not load itself anew.
};

inline constexpr std::uint32_t kGroupsOfPage = 40;
inline constexpr std::uint32_t kMonitorsOfPage = 100;
inline constexpr std::uint32_t kCertificatesOfPage = 100;

// Where a page is in the folder of `files`. Names are made safe: "edge.html", "group/a_2Fb.html".
struct Place {
  enum class Kind : std::uint8_t {
    overview,
    incidents,
    certificates,
    group,     // `name`: of the group.
    monitor,   // Its id.
    incident,  // Its id, in decimal digits.
    feed,
  } kind = Kind::overview;
  std::string name{};
  std::uint32_t page = 1;
};
[[nodiscard]] std::string file_of(const Place& place);

// default-src 'none'; style-src 'sha256-…'; …
[[nodiscard]] const std::string& content_security_policy();

[[nodiscard]] std::string overview(const view::Overview& facts, const Audience& audience);
[[nodiscard]] std::string group(const view::GroupPage& facts, const Audience& audience);
[[nodiscard]] std::string monitor(const view::MonitorPage& facts, const Audience& audience);
[[nodiscard]] std::string incident(const view::IncidentPage& facts, const Audience& audience);
[[nodiscard]] std::string incidents(const view::IncidentList& facts, const Audience& audience);
[[nodiscard]] std::string certificates(const view::CertificateList& facts,
                                       const Audience& audience);
// The form of a signed link; `action`: where it is sent. And what it is answered with; `lasts`: how
// long there are no reminders.
[[nodiscard]] std::string acknowledge_form(const view::IncidentPage& facts, std::string_view action,
                                           const Audience& audience);
[[nodiscard]] std::string acknowledged(watch::IncidentId incident, Duration lasts,
                                       const Audience& audience);
// A page with one heading and one paragraph, of errors.
[[nodiscard]] std::string notice(std::string_view heading, std::string_view text,
                                 const Audience& audience);

[[nodiscard]] std::string feed(const view::IncidentList& facts, const Audience& audience);

// Badges. `label`: the left half.
struct Badge {
  std::string label;
  std::string text;
  enum class Colour : std::uint8_t { good, warning, bad, grey } colour = Colour::grey;
};
[[nodiscard]] Badge status_badge(std::string_view label, const view::MonitorPage& facts);
[[nodiscard]] Badge uptime_badge(std::string_view label, std::optional<double> uptime);
[[nodiscard]] Badge latency_badge(std::string_view label, const view::MonitorPage& facts);
[[nodiscard]] Badge group_badge(std::string_view label, const view::Counts& counts);
[[nodiscard]] std::string svg(const Badge& badge);
[[nodiscard]] std::string shields_json(const Badge& badge);

}  // namespace mxsweep::pages
